"""Lexicon: German names for entries that the other rooms define.

A further language is one more module of this shape, listed in `lexicon.TRANSLATIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping

GERMAN: Mapping[str, str] = {
    "vorname": "first name", "nachname": "last name", "familienname": "last name",
    "vollständiger name": "full name", "ansprechpartner": "full name", "kunde": "full name",
    "autor": "author", "arzt": "doctor", "gast": "guest", "fahrer": "driver",
    "geschlecht": "sex", "anrede": "salutation", "mail adresse": "email", "e mail adresse": "email",
    "emailadresse": "email", "benutzername": "user name", "telefon": "phone",
    "telefonnummer": "phone", "handynummer": "phone", "mobilnummer": "phone",
    "geburtsdatum": "birth date", "geburtstag": "birth date", "alter": "age",
    "staatsangehörigkeit": "nationality", "familienstand": "marital status",
    "größe": "height", "gewicht": "weight", "sprache": "language", "adresse": "address",
    "anschrift": "address", "straße": "street", "strasse": "street", "hausnummer": "house number",
    "stadt": "city", "ort": "city", "wohnort": "city", "postleitzahl": "postcode",
    "plz": "postcode", "bundesland": "state", "region": "state", "land": "country",
    "beruf": "job title", "position": "job title", "firma": "company", "unternehmen": "company",
    "lieferant": "supplier", "hersteller": "manufacturer", "abteilung": "department",
    "gehalt": "salary", "jahresgehalt": "salary", "monatsgehalt": "monthly salary",
    "stundenlohn": "hourly wage", "eintrittsdatum": "hire date", "einstellungsdatum": "hire date",
    "produkt": "product", "produktname": "product name", "artikel": "article",
    "bezeichnung": "product name", "artikelnummer": "sku", "kategorie": "category",
    "marke": "brand", "farbe": "color", "preis": "price", "einzelpreis": "unit price",
    "betrag": "amount", "summe": "sum", "gesamtbetrag": "total", "gesamtpreis": "total",
    "rechnungsbetrag": "invoice total", "umsatz": "revenue", "kosten": "cost",
    "rabatt": "discount", "steuer": "tax", "mehrwertsteuer": "vat", "währung": "currency",
    "kontonummer": "account number", "kontostand": "balance", "bank": "bank",
    "zahlungsart": "payment method", "zahlungsmethode": "payment method", "menge": "quantity",
    "anzahl": "quantity", "lagerbestand": "stock", "bestand": "stock",
    "rechnungsnummer": "invoice number", "bestellnummer": "order number",
    "auftragsnummer": "order number", "bestelldatum": "order date",
    "rechnungsdatum": "invoice date", "kaufdatum": "purchase date", "lieferdatum": "delivery date",
    "fälligkeitsdatum": "due date", "datum": "date", "uhrzeit": "time", "zeitstempel": "timestamp",
    "jahr": "year", "monat": "month", "tag": "day", "beschreibung": "description",
    "bemerkung": "note", "notiz": "note", "kommentar": "comment", "bewertung": "rating",
    "priorität": "priority", "betreff": "subject", "typ": "type", "art": "type", "titel": "title",
    "anmeldedatum": "signup date", "registrierungsdatum": "registration date",
    "beginn": "start date", "startdatum": "start date", "ende": "end date", "enddatum": "end date",
    "aktiv": "active", "bezahlt": "paid", "temperatur": "temperature",
    "luftfeuchtigkeit": "humidity", "dauer": "duration", "nummer": "id", "note": "grade",
    "studiengang": "course", "diagnose": "diagnosis", "blutgruppe": "blood type",
    "verlag": "publisher", "seiten": "number of pages", "kennzeichen": "license plate",
    "anreise": "check in", "abreise": "check out", "nächte": "night", "zimmer": "room",
    "zimmertyp": "room type", "austrittsdatum": "leaving date", "kündigungsdatum": "leaving date",
    "storniert am": "cancelled at", "stornodatum": "cancelled at", "bezahlt am": "paid on",
    "zahlungsdatum": "payment date", "versanddatum": "shipping date", "anreisedatum": "arrival date",
    "abreisedatum": "departure date", "preis pro nacht": "price per night",
    "übernachtungen": "night", "anzahl nächte": "number of night", "mwst": "vat",
    "nettobetrag": "net amount", "bruttobetrag": "gross amount", "stückpreis": "unit price",
    "raucher": "smoker", "kilometerstand": "mileage", "kraftstoff": "fuel", "miete": "rent",
    "spitzname": "nickname", "seriennummer": "serial number", "webseite": "website",
    "erstellt am": "created at", "status": "status", "kinder": "child", "abo": "plan", "tarif": "plan", "grund": "return reason",
}  # fmt: skip

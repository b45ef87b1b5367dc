"""Requests in German, French and Spanish."""

from __future__ import annotations

import pytest

from src.core.parsing import parse_schema
from src.generation.checks import check_schema

from .test_reader import TODAY, fields, read, shape
from .test_relating import POOLS

Sentence = tuple[str, int, dict[str, str]]

GERMAN: list[Sentence] = [
    ("500 Mitarbeiter mit Vorname, Nachname, Eintrittsdatum vor 2020, aktiv ja/nein, "
     "Austrittsdatum nur wenn nicht aktiv und nach dem Eintrittsdatum", 500,
     {"austrittsdatum": "date datetime when aktiv IS TRUE", "aktiv": "boolean bernoulli"}),
    ("200 Kunden: Name, E-Mail eindeutig, Telefon optional, Ort, Alter zwischen 18 und 80", 200,
     {"email": "string person.email unique", "telefon": "string person.phone null 0.2",
      "alter": "integer uniform 18..80", "ort": "string person.city"}),
    ("300 Rechnungen mit Rechnungsnummer, Rechnungsdatum im Jahr 2024, Fälligkeitsdatum "
     "höchstens 30 Tage nach Rechnungsdatum, Betrag zwischen 10 und 500 €", 300,
     {"fälligkeitsdatum": "date timedelta", "betrag": "number uniform 10..500"}),
    ("1.000 Bestellungen: Bestellnummer, Menge 1 bis 5, Einzelpreis, Gesamtbetrag, Status (offen, "
     "bezahlt oder storniert), storniert am nur wenn storniert", 1000,
     {"gesamtbetrag": "number expression", "menge": "integer uniform 1..5",
      "status": "string category offen|bezahlt|storniert",
      "storniert_am": "datetime datetime when status <> 'storniert'"}),
    ("50 Buchungen: Nächte 1 bis 14, Preis pro Nacht 60 bis 450 €, 10 % Rabatt ab 7 Nächten, "
     "Gesamtpreis", 50, {"gesamtpreis": "number expression", "nächte": "integer uniform 1..14"}),
    ("100 Patienten mit Name, Geburtsdatum, Blutgruppe, Gewicht normalverteilt um 75", 100,
     {"gewicht": "number normal", "blutgruppe": "string category O+|A+|B+|AB+|O-|A-|B-|AB-"}),
    ("80 Produkte: Bezeichnung, Preis von 5 bis 20 €, Lagerbestand mindestens 3", 80,
     {"preis": "number uniform 5..20", "lagerbestand": "integer uniform 3.."}),
    ("40 Studenten mit Vorname, Name, Studiengang, Semester 1-8", 40,
     {"name": "string person.family_name", "semester": "integer uniform 1..8"}),
    ("400 Nutzer: Benutzername, Newsletter selten, etwa ein Drittel sind premium", 400,
     {"newsletter": "boolean bernoulli", "premium": "boolean bernoulli"}),
    ("60 Termine: Beginn im Jahr 2025, Ende nach dem Beginn, Dauer höchstens 90", 60,
     {"ende": "date timedelta", "dauer": "integer uniform ..90"}),
    ("70 Artikel mit Artikelnummer wie ABC-123, Kosten, Preis immer größer als Kosten", 70,
     {"preis": "number lognormal", "kosten": "number lognormal"}),
    ("90 Kunden mit Name, Geschlecht, Priorität meist hoch", 90,
     {"geschlecht": "string person.sex"}),
    ("30 Fahrzeuge: Kennzeichen, Kilometerstand nicht mehr als 90000, Kraftstoff", 30,
     {"kilometerstand": "integer uniform ..90000"}),
    ("25 Verträge mit Kunde, Startdatum seit 2022, Enddatum nach dem Startdatum", 25,
     {"startdatum": "date 2022-01-01..2026-11-24", "enddatum": "date timedelta"}),
    ("120 Lieferanten mit Firma, Stadt, Postleitzahl, Land, Webseite optional", 120,
     {"firma": "string person.company", "postleitzahl": "string person.postcode"}),
]  # fmt: skip

FRENCH: list[Sentence] = [
    ("200 clients d'une boutique de vélos avec nom, prénom, email unique, âge entre 18 et 80, "
     "ville, code postal, téléphone optionnel", 200,
     {"nom": "string person.family_name", "prénom": "string person.given_name",
      "email": "string person.email unique", "âge": "integer uniform 18..80",
      "code_postal": "string person.postcode", "téléphone": "string person.phone null 0.2"}),
    ("1 000 commandes : numéro de commande, date de commande en 2024, statut (payée 80%, en "
     "attente 20%), montant entre 10 et 500 €", 1000,
     {"numéro_de_commande": "string sequence unique",
      "date_de_commande": "date 2024-01-01..2024-12-31",
      "statut": "string category payée|en attente", "montant": "number uniform 10..500"}),
    ("50 réservations avec arrivée en 2025, nuits de 1 à 7, départ, prix par nuit, prix total", 50,
     {"départ": "date expression", "nuits": "integer uniform 1..7",
      "prix_total": "number expression"}),
    ("300 employés avec numéro d'employé, nom, salaire entre 25000 et 60000, date d'embauche "
     "depuis 2015, actif oui/non, date de sortie seulement si pas actif", 300,
     {"salaire": "integer uniform 25000..60000", "actif": "boolean bernoulli",
      "date_de_sortie": "date datetime when actif IS TRUE"}),
    ("80 produits avec nom, catégorie, prix au moins 5 €, stock", 80,
     {"prix": "number lognormal 5..", "stock": "integer uniform"}),
    ("120 factures: numéro de facture, date de facture, date d'échéance 30 jours après date de "
     "facture, montant total", 120, {"date_d_échéance": "date timedelta"}),
    ("60 projets avec titre, date de début, date de fin après la date de début", 60,
     {"date_de_fin": "date timedelta"}),
    ("90 patients avec nom, date de naissance, groupe sanguin, taille, poids distribué normalement "
     "autour de 70", 90, {"poids": "number normal", "nom": "string person.name"}),
    ("40 étudiants avec nom, prénom, courriel", 40, {"courriel": "string person.email unique"}),
    ("500 utilisateurs: pseudo, langue, abonnement surtout gratuit, fumeur rarement", 500,
     {"fumeur": "boolean bernoulli"}),
    ("70 articles avec coût, prix toujours supérieur à coût", 70, {"prix": "number lognormal"}),
    ("30 locataires avec nom complet, adresse, loyer de 400 à 900 €, payé oui/non", 30,
     {"loyer": "number uniform 400..900", "payé": "boolean bernoulli"}),
    ("45 fournisseurs avec entreprise, ville, pays, site web facultatif", 45,
     {"entreprise": "string person.company"}),
    ("600 ventes avec quantité de 1 à 9, prix unitaire, montant total, remise 10% si plus de 100",
     600, {"montant_total": "number expression", "remise": "integer expression"}),
    ("25 membres avec nom, sexe, date d'inscription avant 2020, un tiers sont actifs", 25,
     {"sexe": "string person.sex"}),
]  # fmt: skip

SPANISH: list[Sentence] = [
    ("200 clientes de una tienda con nombre, apellidos, correo electrónico único, edad entre 18 y "
     "80, ciudad, código postal, teléfono opcional", 200,
     {"nombre": "string person.given_name", "apellidos": "string person.family_name",
      "correo_electrónico": "string person.email unique", "edad": "integer uniform 18..80",
      "teléfono": "string person.phone null 0.2"}),
    ("1.000 pedidos con número de pedido, fecha de pedido en 2024, estado (pagado 80%, pendiente "
     "20%), total entre 10 y 500 €", 1000,
     {"número_de_pedido": "string sequence unique", "fecha_de_pedido":
      "date 2024-01-01..2024-12-31", "estado": "string category pagado|pendiente",
      "total": "number uniform 10..500"}),
    ("50 reservas con llegada en 2025, noches de 1 a 7, salida, precio por noche, precio total", 50,
     {"salida": "date expression", "precio_total": "number expression"}),
    ("300 empleados con nombre, salario entre 20000 y 60000, fecha de contratación desde 2015, "
     "activo sí/no, fecha de baja solo si activo es no", 300,
     {"salario": "integer uniform 20000..60000", "activo": "boolean bernoulli",
      "fecha_de_baja": "date datetime when activo IS TRUE"}),
    ("80 productos con nombre, categoría, precio al menos 5 €, existencias", 80,
     {"existencias": "integer uniform"}),
    ("120 facturas: número de factura, fecha de factura, fecha de vencimiento 30 días después de "
     "fecha de factura, importe total", 120, {"fecha_de_vencimiento": "date timedelta"}),
    ("60 proyectos con título, fecha de inicio, fecha de fin después de la fecha de inicio", 60,
     {"fecha_de_fin": "date timedelta"}),
    ("90 pacientes con nombre, fecha de nacimiento, grupo sanguíneo, peso distribución normal "
     "alrededor de 70", 90, {"peso": "number normal"}),
    ("40 estudiantes con nombre completo, correo", 40, {"correo": "string person.email unique"}),
    ("500 usuarios: apodo, idioma, fumador raramente", 500, {"fumador": "boolean bernoulli"}),
    ("70 artículos con coste, precio siempre mayor que coste", 70, {"precio": "number lognormal"}),
    ("30 coches con matrícula, marca, año entre 2005 y 2024, combustible, kilometraje como máximo "
     "90000", 30, {"año": "integer uniform 2005..2024", "kilometraje": "integer uniform ..90000"}),
    ("45 proveedores con empresa, ciudad, país, sitio web opcional", 45,
     {"empresa": "string person.company"}),
    ("600 ventas con cantidad de 1 a 9, precio unitario, importe total, descuento 10% si más de "
     "100", 600, {"importe_total": "number expression", "descuento": "integer expression"}),
    ("25 socios con nombre, sexo, fecha de alta antes de 2020, prioridad (alta, media o baja)", 25,
     {"prioridad": "string category alta|media|baja"}),
]  # fmt: skip

SENTENCES = [
    pytest.param(language, *sentence, id=f"{language} {sentence[0][:40]}")
    for language, sentences in (("de", GERMAN), ("fr", FRENCH), ("es", SPANISH))
    for sentence in sentences
]
HOMES = {"de": "from Germany", "fr": "from France", "es": "from Spain"}


@pytest.mark.parametrize(("language", "text", "rows", "expected"), SENTENCES)
def test_a_sentence_in_another_language_becomes_its_fields(
    language: str, text: str, rows: int, expected: dict[str, str]
) -> None:
    reading = read(text)
    assert reading.not_understood == ()
    assert (reading.document["locale"], reading.document["rows"]) == (language, rows)
    assert any(HOMES[language] in note for note in reading.assumptions)
    got = {name: _shape(field) for name, field in fields(reading).items()}
    assert {name: got.get(name) for name in expected} == expected
    assert not any("is not a field known here" in note for note in reading.assumptions)
    schema = parse_schema(dict(reading.document))
    assert [str(p) for p in check_schema(schema, rows=None, pools=POOLS, as_of=TODAY)] == []


def _shape(field: dict[str, object]) -> str:
    when = f" when {field['null_when']}" if "null_when" in field else ""
    return shape(field) + when


def test_a_country_that_is_named_counts_more_than_the_language() -> None:
    assert read("20 clients suisses avec nom, ville").document["locale"] == "de_CH"
    assert read("20 clientes de Francia con nombre, ciudad").document["locale"] == "fr"


def test_what_is_quoted_stands_in_the_users_own_words() -> None:
    reading = read("20 clients avec nom, âge entre 18 et 80, score seulement si la lune est pleine")
    assert reading.not_understood == ("score seulement si la lune est pleine",)
    assert "âge entre 18 et 80" in [c["because"] for c in reading.document["expectations"]]


@pytest.mark.parametrize(
    "text",
    ["10 users with name, language (es, fr, si)", "10 rows: a, o, y, e", "10 users: von, nach, a"],
)  # fmt: skip
def test_english_with_a_foreign_word_in_it_stays_english(text: str) -> None:
    assert read(text).document["locale"] == "en"

"""What a row can be: the things people ask for, and what is known of each."""

from __future__ import annotations

from ..words import word_set
from .entries import plain_words, words_of

PEOPLE = word_set(
    "customer client user employee person people patient student member subscriber guest contact "
    "lead applicant candidate passenger teacher worker volunteer citizen player driver doctor "
    "nurse visitor tenant shopper buyer seller voter author staff participant attendee resident "
    "donor professor colleague child adult learner friend kunde kunden mitarbeiter nutzer "
    "mitarbeitern schülern gästen mitgliedern pupil kid subscriber donor benutzer patienten "
    "studenten schüler personen mitglieder gäste"
)
COMPANIES = word_set(
    "company supplier vendor organisation organization partner firm business account firma firmen "
    "unternehmen lieferanten"
)  # fmt: skip
GOODS = frozenset({"product", "item", "article", "good", "produkte", "artikel", "produkt"})
ANIMALS = word_set("pet dog cat horse animal cow puppy kitten hund katze tier haustier")
YOUNG = word_set("pupil kid child schüler schülern élève alumno toddler")
"""Who is not grown up."""
THINGS = word_set(
    "order booking invoice transaction payment ticket review reading session event log purchase "
    "sale flight book movie song car vehicle house property project task shipment delivery hotel "
    "restaurant course exam grade claim policy loan subscription appointment visit measurement "
    "sensor device machine reservation trip city country store branch department recipe game "
    "match team message email post comment campaign job vacancy contract line refund return "
    "expense listing ride call category warehouse bestellung bestellungen buchungen rechnung "
    "rechnungen transaktionen tickets bücher aufträge termine"
)
ABROAD = {
    "abonnés": "subscriber", "adhérents": "member", "trabajadores": "worker",
    "suscriptores": "subscriber", "abonados": "subscriber", "vendeurs": "seller",
    "candidats": "candidate", "candidatos": "candidate", "visiteurs": "visitor",
    "visitantes": "visitor", "inquilinos": "tenant", "huéspedes": "guest",
    "acheteurs": "buyer", "patients": "patient", "recettes": "recipe", "recetas": "recipe",
    "compradores": "buyer", "films": "movie", "películas": "movie", "colis": "parcel",
    "paquetes": "parcel", "conducteurs": "driver", "conductores": "driver",
    "käufer": "buyer", "käufern": "buyer", "verkäufer": "seller", "pakete": "parcel",
    "filme": "movie", "rezepte": "recipe", "fahrten": "trip",
    "clientes": "customer", "commandes": "order", "pedidos": "order", "órdenes": "order",
    "employés": "employee", "salariés": "employee", "empleados": "employee",
    "produits": "product", "productos": "product", "articles": "article",
    "artículos": "article", "factures": "invoice", "facturas": "invoice",
    "étudiants": "student", "estudiantes": "student", "alumnos": "pupil", "élèves": "pupil",
    "utilisateurs": "user", "usuarios": "user", "réservations": "reservation",
    "reservas": "reservation", "transacciones": "transaction", "paiements": "payment",
    "pagos": "payment", "livres": "book", "libros": "book", "voitures": "car", "coches": "car",
    "pacientes": "patient", "membres": "member", "miembros": "member", "socios": "member",
    "fournisseurs": "supplier", "proveedores": "supplier", "entreprises": "company",
    "empresas": "company", "tickets": "ticket", "incidencias": "ticket", "avis": "review",
    "reseñas": "review", "hôtels": "hotel", "hoteles": "hotel", "ventes": "sale",
    "ventas": "sale", "vols": "flight", "vuelos": "flight", "personnes": "person",
    "personas": "person", "maisons": "house", "casas": "house", "capteurs": "sensor",
    "mesures": "measurement", "mediciones": "measurement", "cours": "course",
    "cursos": "course", "contrats": "contract", "contratos": "contract", "sales": "sale",
    "projets": "project",
    "proyectos": "project", "locataires": "tenant", "livraisons": "delivery", "envíos": "shipment",
}  # fmt: skip
"""French and Spanish plurals; a German one is a subject of its own above."""
ONE_ABROAD = {
    "abonné": "subscriber", "adhérent": "member", "trabajador": "worker",
    "abonado": "subscriber",
    "cliente": "customer", "commande": "order", "pedido": "order", "employé": "employee",
    "empleado": "employee", "produit": "product", "producto": "product", "étudiant": "student",
    "estudiante": "student", "utilisateur": "user", "usuario": "user", "réservation": "reservation",
    "reserva": "reservation", "facture": "invoice", "factura": "invoice", "paciente": "patient",
    "membre": "member", "socio": "member", "ticket": "ticket", "client": "client",
    "transaction": "transaction", "transacción": "transaction", "contrat": "contract",
    "contrato": "contract", "projet": "project", "proyecto": "project",
}  # fmt: skip
SUBJECTS = PEOPLE | COMPANIES | GOODS | THINGS

# What a table of a subject holds where no field was named.
FIELDS = {
    "customer": "customer id, name, email, phone, city, country, signup date",
    "user": "user id, username, email, signup date, last login, active",
    "employee": "employee id, name, email, department, job title, salary, hire date",
    "product": "product id, product name, category, price, stock",
    "order": "order id, customer id, order date, status, total",
    "patient": "patient id, name, birth date, sex, blood type, admission date",
    "pupil": "pupil id, name, birth date",
    "sale": "sale id, product name, quantity, unit price, total",
    "flight": "flight number, airline, origin, destination, departure time, arrival time",
    "sensor": "sensor id, location, battery",
    "student": "student id, name, email, major, semester, gpa",
    "booking": "booking id, guest name, check in, nights, total, booking status",
    "transaction": "transaction id, transaction time, amount, currency, transaction type",
    "invoice": "invoice number, company, invoice date, total, invoice status",
    "ticket": "ticket number, subject, priority, ticket status, created at",
}
PLAIN = "id, name, created at"
_SAME = {"client": "customer", "member": "user", "kunde": "customer", "kunden": "customer",
         "mitarbeiter": "employee", "mitarbeitern": "employee", "schüler": "pupil",
         "produkte": "product", "item": "product",
         "bestellungen": "order", "rechnungen": "invoice", "patienten": "patient"}  # fmt: skip


def owner_of(name: str) -> str:
    """What one row of a table of this name is: `hotel_bookings` → booking."""
    words = words_of(name)
    last = plain_words(name)[-1:]
    return ABROAD.get(last[0], words[-1]) if last else ""


def english(owner: str) -> str:
    """A row of this kind by the name that the lexicon has for it: kunden → customer."""
    return _SAME.get(owner, owner)


def default_fields(owner: str) -> str:
    return FIELDS.get(english(owner), PLAIN)


_PLURALS = word_set(
    "people staff kunden mitarbeiter nutzer benutzer patienten studenten schüler personen "
    "mitglieder gäste firmen unternehmen lieferanten produkte artikel bestellungen buchungen "
    "rechnungen transaktionen bücher aufträge termine mitarbeitern schülern gästen mitgliedern"
)
"""Plurals that no English rule makes singular."""


def is_subject(word: str) -> bool:
    """Whether a plural names a table: customers, orders."""
    return (owner_of(word) in SUBJECTS and owner_of(word) != word.casefold()) or (
        word.casefold() in _PLURALS
    )

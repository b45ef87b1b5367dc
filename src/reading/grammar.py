"""Small words of German, French and Spanish, and the English ones that the reader goes by.

A further language is one more table in `GRAMMAR`, a lexicon in `lexicon.TRANSLATIONS` and its
subjects in `subjects.ABROAD`.
"""

from __future__ import annotations

from collections.abc import Mapping

_GERMAN = {
    "passend zum namen": "matching the name", "mit mittelwert": "mean", "mittelwert": "mean",
    "mit durchschnitt": "mean", "im mittel": "mean",
    "nur wenn": "only if", "nur falls": "only if", "nur bei": "only if", "wenn": "if",
    "falls": "if", "außer wenn": "unless", "nach dem": "after", "nach der": "after",
    "nach": "after", "vor dem": "before", "vor der": "before", "vor": "before",
    "tage nach": "days after", "tagen nach": "days after", "wochen nach": "weeks after",
    "monate nach": "months after", "stunden nach": "hours after", "tage vor": "days before",
    "wochen vor": "weeks before", "tage nach dem": "days after", "tage nach der": "days after",
    "tage vor dem": "days before", "tage vor der": "days before", "spätestens": "at most",
    "höchstens": "at most", "mindestens": "at least", "nicht mehr als": "no more than",
    "nicht weniger als": "no less than", "nicht älter als": "not older than",
    "nicht jünger als": "not younger than", "nicht vor": "not before", "nicht nach": "not after",
    "kleiner als": "less than", "niedriger als": "lower than", "größer als": "greater than",
    "höher als": "higher than", "nicht": "not", "immer": "always", "nie": "never", "mal": "times",
    "meist": "mostly", "meistens": "mostly", "überwiegend": "mostly", "hauptsächlich": "mostly",
    "etwa ein drittel": "about a third", "rund ein drittel": "about a third",
    "ein drittel": "a third", "zwei drittel": "two thirds", "die hälfte": "half of them",
    "etwa die hälfte": "half of them", "ein viertel": "a quarter", "einer von zehn": "one in ten",
    "eine von zehn": "one in ten", "jeder zehnte": "one in ten", "selten": "rarely",
    "manchmal": "sometimes", "oft": "often", "häufig": "often",
    "normalverteilt um": "normally distributed around", "normalverteilt": "normally distributed",
    "standardabweichung": "sd", "sind": "are", "haben": "have", "gleich": "equals",
    "optional": "optional", "freiwillig": "optional", "einzigartig": "unique", "ab": "from",
    "rabatt ab": "off from", "oder": "or", "im format": "format",
}  # fmt: skip
_FRENCH = {
    "comme": "like",
    "avec une moyenne de": "mean", "avec une moyenne d'environ": "mean",
    "une moyenne de": "mean", "autour de": "around", "correspondant au nom": "matching the name",
    "avec": "with", "entre": "between", "et": "and", "ou": "or", "à": "to",
    "seulement si": "only if", "uniquement si": "only if", "seulement quand": "only if",
    "seulement pour": "only if", "si": "if", "sauf si": "unless", "après": "after",
    "avant": "before", "jours après": "days after", "jours avant": "days before",
    "semaines après": "weeks after", "mois après": "months after", "heures après": "hours after",
    "au moins": "at least", "au plus": "at most", "au maximum": "at most", "au minimum": "at least",
    "plus de": "more than", "moins de": "less than", "supérieur à": "greater than",
    "supérieure à": "greater than", "inférieur à": "less than", "inférieure à": "less than",
    "depuis": "since", "jusqu'à": "up to", "pour cent": "percent", "pourcent": "percent",
    "optionnel": "optional", "optionnelle": "optional", "facultatif": "optional",
    "facultative": "optional", "obligatoire": "required", "uniques": "unique",
    "majoritairement": "mostly", "principalement": "mostly", "surtout": "mostly",
    "généralement": "mostly", "environ un tiers": "about a third", "un tiers": "a third",
    "deux tiers": "two thirds", "la moitié": "half of them", "un quart": "a quarter",
    "un sur dix": "one in ten", "une sur dix": "one in ten", "rarement": "rarely",
    "parfois": "sometimes", "souvent": "often", "toujours": "always", "jamais": "never",
    "distribué normalement autour de": "normally distributed around",
    "normalement distribué autour de": "normally distributed around",
    "distribution normale autour de": "normally distributed around",
    "en moyenne": "average", "moyen de": "average", "moyenne de": "average", "médiane": "median",
    "médiane de": "median", "écart-type": "sd",
    "vides": "missing", "vide": "missing", "manquants": "missing", "manquant": "missing",
    "fois": "times", "de remise": "off", "de réduction": "off", "à partir de": "from",
    "lignes": "rows", "parmi": "one of", "sont": "are", "est": "is", "ont": "have", "pas": "not",
    "ans": "years", "au format": "as", "oui": "yes", "non": "no", "dont": "with",
    "contenant": "with", "comprenant": "with",
}  # fmt: skip
_SPANISH = {
    "como": "like",
    "con una media de": "mean", "con media": "mean", "con media de": "mean",
    "con un promedio de": "mean", "una media de": "mean",
    "con": "with", "entre": "between", "y": "and", "o": "or", "a": "to", "solo si": "only if",
    "sólo si": "only if", "solamente si": "only if", "únicamente si": "only if",
    "solo cuando": "only if", "solo para": "only if", "si": "if", "salvo si": "unless",
    "a menos que": "unless", "después de": "after", "después del": "after", "tras": "after",
    "antes de": "before", "antes del": "before", "días después de": "days after",
    "días después del": "days after", "semanas después de": "weeks after",
    "días antes de": "days before", "días antes del": "days before",
    "horas después de": "hours after", "al menos": "at least", "como mínimo": "at least",
    "como máximo": "at most", "a lo sumo": "at most", "más de": "more than",
    "menos de": "less than", "mayor que": "greater than", "superior a": "greater than",
    "menor que": "less than", "inferior a": "less than", "desde": "since", "hasta": "up to",
    "por ciento": "percent", "único": "unique", "única": "unique", "únicos": "unique",
    "opcional": "optional", "opcionales": "optional", "obligatorio": "required",
    "obligatoria": "required", "principalmente": "mostly", "mayormente": "mostly",
    "generalmente": "mostly", "alrededor de un tercio": "about a third", "un tercio": "a third",
    "dos tercios": "two thirds", "la mitad": "half of them", "un cuarto": "a quarter",
    "una cuarta parte": "a quarter", "uno de cada diez": "one in ten",
    "una de cada diez": "one in ten", "raramente": "rarely", "rara vez": "rarely",
    "a veces": "sometimes", "a menudo": "often", "siempre": "always", "nunca": "never",
    "distribuido normalmente alrededor de": "normally distributed around",
    "distribución normal alrededor de": "normally distributed around",
    "de media": "average", "en promedio": "average", "mediana": "median",
    "mediana de": "median", "desviación típica": "sd", "vacío": "missing", "vacíos": "missing",
    "multiplicado por": "times", "de descuento": "off", "a partir de": "from", "filas": "rows",
    "registros": "rows", "uno de": "one of", "son": "are", "es": "is", "tienen": "have",
    "años": "years", "en formato": "as", "sí": "yes", "que contienen": "with",
    "que tienen": "with",
}  # fmt: skip
GRAMMAR: Mapping[str, Mapping[str, str]] = {"de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}
NOT_ALONE = frozenset({"nach", "vor", "a", "à", "ab", "si", "es", "mal", "o", "y"})
"""Translated between two words only: elsewhere they are names or values."""
JOINTS = frozenset({"or", "and", "between", "to", "optional", "unique", "required"})
"""What brackets may hold besides values."""
SMALL: Mapping[str, frozenset[str]] = {
    "de": frozenset({"mit", "und", "zwischen", "für", "oder", "bis", "eine", "einer", "etwa",
                     "kunden", "nutzer", "mitarbeiter", "fahrzeuge", "zeilen"}),
    "fr": frozenset({"avec", "et", "ou", "des", "les", "du", "une", "aux", "entre", "après",
                     "avant", "seulement", "le", "un", "prénom", "nom", "prix", "clients",
                     "à", "ville", "d'une", "d'un", "pour", "lignes", "est", "de"}),
    "es": frozenset({"con", "los", "las", "del", "una", "entre", "después", "antes",
                     "solo", "número", "fecha", "nombre", "el", "un", "precio", "clientes",
                     "correo", "ciudad", "para", "filas", "es", "de"}),
    "en": frozenset({"with", "and", "the", "of", "between", "for", "or", "from", "in", "after",
                     "before", "each", "only", "is", "name", "date"}),
}  # fmt: skip
NAMES = {"de": "German", "fr": "French", "es": "Spanish"}
HOMES = {"de": "Germany", "fr": "France", "es": "Spain"}
"""In the order of `lexicon.TRANSLATIONS`."""

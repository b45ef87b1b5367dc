"""Lexicon: people, where they live and what they do."""

from __future__ import annotations

from .makers import (
    Room,
    about,
    bell,
    choice,
    clock,
    code,
    day,
    few,
    flag,
    formatted,
    money,
    number,
    person,
    shaped,
    text,
    whole,
)

PEOPLE: Room = {
    # who
    "full name|person name|contact name|contact person|legal name|author|author name|"
    "director|teacher|instructor|professor|doctor|physician|manager|manager name|supervisor|"
    "cardholder|card holder|account holder|driver|recipient|sender|assignee|agent|"
    "assigned agent|sales rep|owner|reviewer|guest|passenger|tenant|payee|payer|"
    "holder|holder name|policy holder|policyholder|prescriber|nurse|trainer|caller name|"
    "counterparty|reporter|requester|attending physician|account manager|speaker": person("name"),
    "first name|given name|forename|christian name|firstname": person("given_name"),
    "last name|family name|surname|lastname": person("family_name"),
    "middle name": person("given_name"),
    "middle initial|initial": shaped("[A-Z]"),
    "sex|gender": person("sex"),
    "salutation|honorific|form of address": choice("Mr", "Ms", "Dr", weights=(46, 46, 8)),
    "email|mail|e mail|email address|e mail address|mail address|contact email": person(
        "email", "email", unique=True
    ),
    "user name|username|login|login name|handle|screen name|user handle": person(
        "user_name", unique=True
    ),
    "nickname|nick": person("user_name"),
    "phone|phone number|telephone|telephone number|mobile|mobile number|mobile phone|cell|"
    "cell phone|contact number|fax|fax number|cell number|contact phone|emergency phone|caller"
    "|callee|caller number|"
    "callee number|caller phone|callee phone|caller phone number|callee phone number": person(
        "phone", "phone"
    ),
    "birth date|birthdate|date of birth|dob|birthday|birth day": day(-80 * 365, -18 * 365),
    "age|age in year": about(42, 14, 18, 90),
    "nationality|citizenship": choice(
        "American",
        "British",
        "German",
        "French",
        "Spanish",
        "Italian",
        "Dutch",
        "Polish",
        "Indian",
        "Brazilian",
        "Japanese",
        "Canadian",
    ),
    "marital status|civil status|family status": choice(
        "single", "married", "divorced", "widowed", weights=(38, 47, 11, 4)
    ),
    "child|child count|number of child|dependent": few(1, 0, 6),
    "height|body height|height cm": bell(172, 9, 145, 205, 0),
    "weight|body weight|weight kg": bell(76, 14, 40, 160, 1),
    "bmi|body mass index": bell(26, 4, 16, 45, 1),
    "eye color|eye colour": choice("brown", "blue", "green", "grey", weights=(55, 27, 13, 5)),
    "hair color|hair colour": choice("brown", "black", "blond", "red", "grey"),
    "ssn|social security number": shaped("9[0-9]{2}-[0-9]{2}-[0-9]{4}", unique=True),
    "tax id|tax number|vat number|vat id|tax identification number": shaped(
        "[A-Z]{2}[0-9]{9}", unique=True
    ),
    "passport|passport number": shaped("[A-Z][0-9]{8}", unique=True),
    "driver license|driving licence|license number|licence number|driver license number": shaped(
        "[A-Z][0-9]{7}", unique=True
    ),
    "household size|party size|group size|number of guest|guest count": few(2.2, 1, 8),
    "adult": few(1.9, 1, 4),
    "hobby|interest": choice(
        "reading",
        "cycling",
        "cooking",
        "gardening",
        "photography",
        "football",
        "hiking",
        "music",
        "travel",
        "chess",
        "running",
        "painting",
    ),
    "language|lang|preferred language|native language|spoken language": choice(
        "English", "German", "French", "Spanish", "Italian", "Portuguese", "Dutch", "Polish"
    ),
    "bio|biography|about me|profile text|about": text(12, 30),
    "newsletter|newsletter subscribed|newsletter opt in|opt in|marketing consent|consent|"
    "subscribed|subscribed to newsletter|marketing opt in|gdpr consent|email opt in": flag(0.4),
    "no show|is no show": flag(0.07),
    "looking for": choice("friendship", "relationship", "chat"),
    "part time|is part time|works part time": flag(0.2),
    "vaccinated|insured|certified|disabled|pregnant|veteran": flag(0.5),
    "approved by|created by|updated by|handled by|reviewed by|assigned to|sold by|signed "
    "by": person("name"),
    "smoker|smoking": flag(0.18),
    "loyalty point|point|reward point|bonus point": about(900, 500, 0, 5000),
    "loyalty tier|membership|membership level|tier|membership tier|loyalty level|"
    "customer tier|membership type": choice(
        "bronze", "silver", "gold", "platinum", weights=(50, 30, 15, 5)
    ),
    "segment|customer segment|customer type|client type": choice(
        "consumer", "small business", "enterprise", weights=(70, 22, 8)
    ),
    # where
    "address|postal address|full address|mailing address|home address|shipping address|"
    "billing address|delivery address": person("address"),
    "street|street address|address line|address line 1|street name|street and number|"
    "street and house number": person("street"),
    "house number|street number": whole(1, 200),
    "city|town|hometown|place|home town|location|municipality|birth place|birthplace|"
    "place of birth|venue": person("city"),
    "postcode|postal code|post code|zip|zip code|zipcode|plz": person("postcode"),
    "state|region|province|county|federal state|district|territory|canton": person("region"),
    "country|country of residence|home country|country name|country of origin|"
    "origin country|destination country": choice(
        "United States",
        "Germany",
        "United Kingdom",
        "France",
        "India",
        "Brazil",
        "Japan",
        "Canada",
        "Spain",
        "Italy",
        "Netherlands",
        "Australia",
        "Poland",
        "Sweden",
        "Mexico",
        weights=(20, 12, 10, 9, 9, 7, 6, 5, 5, 5, 4, 3, 2, 2, 1),
    ),
    "country code|iso country|iso country code|country code iso|country iso|country code iso 2|"
    "country code iso 2 letter": choice(
        "US", "DE", "GB", "FR", "IN", "BR", "JP", "CA", "ES", "IT", "NL", "AU", "PL", "SE", "MX"
    ),
    "continent": choice("Africa", "Asia", "Europe", "North America", "South America", "Oceania"),
    "latitude|lat": number(-60, 70, 5),
    "longitude|lon|lng|long": number(-180, 180, 5),
    "floor|storey": whole(0, 12),
    # work
    "job|job title|occupation|profession|position|role|designation|job role|job position": person(
        "job_title"
    ),
    "company|company name|employer|organisation|organization|organisation name|"
    "organization name|business name|vendor|vendor name|supplier|supplier name|manufacturer|"
    "maker|client company|firm|merchant|merchant name|insurer|insurance company|insurance|"
    "publisher|insurance provider|shop|store name|provider|developer|sponsor|landlord": person(
        "company"
    ),
    "department|team|division|business unit|dept": choice(
        "Sales",
        "Engineering",
        "Marketing",
        "Finance",
        "Human Resources",
        "Operations",
        "Support",
        "Legal",
        "IT",
        "Purchasing",
        weights=(18, 22, 10, 8, 6, 14, 10, 3, 6, 3),
    ),
    "salary|annual salary|yearly salary|gross salary|income|annual income|base salary|"
    "wage|yearly income|pay|compensation": about(52000, 16000, 18000, 180000),
    "monthly salary|monthly income|net salary": about(3600, 1100, 1200, 12000),
    "hourly rate|hourly wage|rate per hour": number(14, 95),
    "bonus": money(2500),
    "hire date|hiring date|date hired|start of employment|employment date|joining date|"
    "date of joining|hired|hired on|employed since|employment start|entry date": day(-3650),
    "termination date|leaving date|exit date": day(-1000),
    "employment type|contract type|employment status|employment": choice(
        "full-time", "part-time", "contract", "intern", weights=(70, 18, 8, 4)
    ),
    "experience|year of experience|work experience|experience year|seniority year": few(8, 0, 40),
    "seniority|seniority level|career level|job level": choice(
        "junior", "mid", "senior", "lead", weights=(30, 40, 22, 8)
    ),
    "grade level|pay grade": whole(1, 12),
    "performance rating|performance|performance score": choice(
        "below expectations", "meets expectations", "exceeds expectations", weights=(12, 65, 23)
    ),
    "vacation day|leave day|holiday": about(26, 4, 10, 40),
    "sick day": few(5, 0, 40),
    "skill|primary skill": choice(
        "Python",
        "SQL",
        "Excel",
        "Java",
        "Project management",
        "Negotiation",
        "Accounting",
        "Design",
        "Writing",
        "Data analysis",
    ),
    "education|education level|degree|highest degree|qualification": choice(
        "secondary school",
        "vocational training",
        "bachelor",
        "master",
        "doctorate",
        weights=(28, 27, 28, 14, 3),
    ),
    "work from home|remote|remote work|works remotely": flag(0.35),
    "shift": choice("early", "late", "night", weights=(45, 40, 15)),
    "hour worked|worked hour|working hour|weekly hour|hour per week": about(37, 6, 8, 50),
    "overtime|overtime hour": few(3, 0, 25),
    "check in time|shift start|start of work": clock(),
    "employee number|employee code|staff number|staff no|personnel number|badge number": code(
        "E-{n:05d}"
    ),
    "website|web site|homepage|url|link|web page|webpage|page url|web address": formatted("uri"),
}

"""Lexicon: machines, web, travel, health, schools, and what every table has."""

from __future__ import annotations

from dataclasses import replace

from .makers import (
    Room,
    bell,
    choice,
    clock,
    code,
    day,
    few,
    flag,
    formatted,
    guess,
    moment,
    number,
    serial,
    shaped,
    text,
    whole,
)

TECH: Room = {
    "device|device type|client device": choice("mobile", "desktop", "tablet", weights=(55, 38, 7)),
    "browser": choice("Chrome", "Safari", "Firefox", "Edge", weights=(62, 21, 9, 8)),
    "operating system|os|platform": choice(
        "Windows", "macOS", "Linux", "Android", "iOS", weights=(35, 15, 5, 27, 18)
    ),
    "ip|ip address|ipv4|client ip|source ip|remote address": formatted("ipv4"),
    "ipv6|ipv6 address": formatted("ipv6"),
    "mac|mac address": formatted("mac"),
    "host|hostname|host name|server|server name|domain|domain name": formatted("hostname"),
    "uuid|guid|unique identifier|correlation id|request id|trace id": formatted(
        "uuid", unique=True
    ),
    "session id|session": formatted("uuid", unique=True),
    "slug|url slug": formatted("slug"),
    "user agent": choice("Mozilla/5.0 (Windows NT 10.0)", "Mozilla/5.0 (Macintosh)"),
    "referrer|referer|landing page|visited page|exit page|path|url path": choice(
        "/", "/products", "/pricing", "/blog", "/about", "/contact", "/checkout"
    ),
    "http method|method|request method": choice(
        "GET", "POST", "PUT", "DELETE", weights=(72, 20, 5, 3)
    ),
    "status code|http status|response code|http status code|response status": choice(
        "200", "301", "404", "500", weights=(86, 5, 7, 2)
    ),
    "error code|error": shaped("E[0-9]{4}"),
    "log level|level|loglevel": choice(
        "DEBUG", "INFO", "WARNING", "ERROR", weights=(20, 62, 12, 6)
    ),
    "message|log message|body|content|text|ticket text|message text": text(6, 18),
    "event|event type|event name|action|activity": choice(
        "view", "click", "search", "purchase", "sign_in", weights=(48, 28, 12, 5, 7)
    ),
    "file name|filename": shaped("file_[0-9]{5}\\.pdf"),
    "file size|byte|size in byte|payload size": whole(200, 5000000),
    "latency|latency ms|load time|ping": whole(5, 900),
    "version|app version|software version|firmware|firmware version": shaped(
        "[1-9]\\.[0-9]\\.[0-9]"
    ),
    "password hash|hash|checksum|token|api key": shaped("[0-9a-f]{32}"),
    "session duration|time on page|visit duration|time on site": whole(5, 1800),
    "page viewed|page visited|page count": few(4, 1, 40),
    "like|like count|upvote|favorite|favourite": few(40, 0, 400),
    "share count|retweet|repost|reply count|downvote|comment count": few(12, 0, 120),
    "converted|logged in|is logged in|bounced|bounce": flag(0.2),
    # sensors
    "temperature|temp|air temperature|room temperature|body temp outside": bell(18, 7, -20, 45, 1),
    "humidity|relative humidity": bell(55, 15, 5, 100, 1),
    "pressure|air pressure": bell(1013, 9, 950, 1060, 1),
    "voltage": bell(3.7, 0.2, 2.8, 4.3, 2),
    "current|amperage": number(0, 16, 2),
    "power|power consumption|energy|consumption|energy consumption|kwh": number(0, 20, 2),
    "speed|velocity|wind speed": number(0, 130, 1),
    "battery|battery level|charge level|battery percentage": whole(0, 100),
    "co2|co2 level": bell(650, 200, 380, 2500, 0),
    "noise|noise level|sound level": bell(52, 10, 25, 110, 1),
    "brightness|light|light level|illuminance": whole(0, 2000),
    "rainfall|precipitation|rain": number(0, 40, 1),
    "signal strength|rssi": whole(-110, -40),
    "vibration": number(0, 10, 3),
    "wind": number(0, 130, 1),
    "open price|close price|high price|low price|high|low|close|opening price|closing "
    "price": number(90, 110),
    "ohlc|volume traded|trading volume": whole(0, 100000),
    "port|port number": whole(1024, 65535),
    "response size|bytes sent|bytes received": whole(200, 50000),
    "sensor type": choice("temperature", "humidity", "pressure", "motion"),
    "reading|measurement|measured value|sensor value|measurement value": number(0, 100, 2),
    "device id|sensor id|machine id|station id|meter id|sensor|station|machine|meter": shaped(
        "DEV-0[0-9]{2}"
    ),
    "mileage|odometer|kilometer|distance|distance km": whole(1, 200000),
    "vin": shaped("[A-HJ-NPR-Z0-9]{17}", unique=True),
    "license plate|licence plate|plate|registration number|plate number": shaped(
        "[A-Z]{2}-[A-Z]{2} [0-9]{3}", unique=True
    ),
    "fuel|fuel type": choice("petrol", "diesel", "electric", "hybrid", weights=(42, 30, 15, 13)),
    "make|car make|car brand|vehicle make|vehicle brand": choice(
        "Volkswagen", "Toyota", "Ford", "BMW", "Renault", "Hyundai"
    ),
}

WORLD: Room = {
    # travel
    "night|number of night|nights stayed|length of stay": few(3, 1, 14),
    "room type": choice("single", "double", "suite", "family", weights=(25, 52, 8, 15)),
    "room|room number|seat number": whole(100, 499),
    "check in|check in date|arrival|arrival date|checkin|start of stay": day(-365, 60),
    "check out|check out date|departure|departure date|checkout": day(-360, 67),
    "board|board type|meal plan|catering": choice("none", "breakfast", "half board", "full board"),
    "flight number|flight no|flight": shaped("[A-Z]{2}[1-9][0-9]{2,3}"),
    "airline": choice("Skyline Air", "Northwind", "Blue Atlas", "Aero Sud", "Pacific Wings"),
    "airport|origin|origin airport|departure airport|destination airport|arrival airport|"
    "from airport|to airport|destination|airport code|start airport": choice(
        "FRA", "LHR", "CDG", "JFK", "AMS", "MAD", "FCO", "ZRH", "VIE", "ARN", "DXB", "NRT"
    ),
    "gate": shaped("[A-F][1-9][0-9]"),
    "seat": shaped("[1-9][0-9]?[A-F]"),
    "cabin|cabin class|travel class|class|fare class|booking class": choice(
        "economy", "premium", "business", "first", weights=(78, 10, 10, 2)
    ),
    "delay|delay minute|delay in minute": few(9, 0, 180),
    "departure time|scheduled departure|scheduled arrival|arrival time|takeoff|landing": moment(
        -365, 60
    ),
    "flight duration|flight time|travel time": whole(45, 840),
    "hotel|hotel name": choice(
        "Harbour View",
        "Grand Plaza",
        "Park Inn",
        "The Linden",
        "Alpina",
        "Riverside",
        "Crown",
        "Belvedere",
        "Sunset Bay",
        "Station Hotel",
    ),
    "restaurant|restaurant name": choice(
        "The Olive Tree",
        "Casa Luna",
        "Red Lantern",
        "Bistro 12",
        "Blue Door",
        "La Piazza",
        "Green Garden",
        "Old Mill",
        "Sea Breeze",
        "Taste of India",
        "Corner Table",
        "Le Jardin",
    ),
    "cuisine": choice("Italian", "French", "Indian", "Thai", "Mexican", "Greek", "Japanese"),
    # health
    "patient number|patient no|medical record number|mrn": code("P-{n:06d}"),
    "blood type|blood group": choice(
        "O+", "A+", "B+", "AB+", "O-", "A-", "B-", "AB-", weights=(38, 34, 9, 3, 7, 6, 2, 1)
    ),
    "diagnosis|disease|condition|primary diagnosis|medical condition": choice(
        "hypertension",
        "type 2 diabetes",
        "asthma",
        "migraine",
        "arthritis",
        "influenza",
        "back pain",
        "allergic rhinitis",
        "anaemia",
        "bronchitis",
    ),
    "icd|icd code|icd 10|icd 10 code|diagnosis code": shaped("[A-N][0-9]{2}\\.[0-9]"),
    "medication|drug|medicine|prescription": choice(
        "ibuprofen",
        "metformin",
        "lisinopril",
        "amoxicillin",
        "salbutamol",
        "omeprazole",
        "paracetamol",
        "simvastatin",
    ),
    "dosage|dose": choice("5 mg", "10 mg", "20 mg", "50 mg", "100 mg", "500 mg"),
    "allergy": choice("none", "penicillin", "nuts", "pollen", "latex", weights=(70, 9, 7, 11, 3)),
    "drug name|medication name|medicine name": choice(
        "ibuprofen", "metformin", "lisinopril", "amoxicillin", "salbutamol", "omeprazole"
    ),
    "haemoglobin|hemoglobin|hb": bell(13.8, 1.4, 7, 19, 1),
    "heart rate|pulse|heartbeat": bell(74, 11, 45, 150, 0),
    "systolic|systolic blood pressure|systolic pressure": bell(124, 14, 85, 200, 0),
    "diastolic|diastolic blood pressure|diastolic pressure": bell(79, 9, 50, 120, 0),
    "blood pressure": shaped("1[0-4][0-9]/[6-8][0-9]"),
    "bmi|body mass index": bell(26, 4.5, 15, 50, 1),
    "body temperature": bell(36.8, 0.4, 35, 41, 1),
    "cholesterol": bell(195, 35, 100, 350, 0),
    "glucose|blood sugar|blood glucose": bell(98, 18, 60, 300, 0),
    "symptom": choice("fever", "cough", "headache", "fatigue", "nausea", "pain"),
    "ward": choice("Surgery", "Cardiology", "Paediatrics", "Neurology", "Emergency"),
    "admission date|admitted on|date of admission|visit date|appointment date|"
    "discharge date|date of visit|last visit|examination date": day(-730),
    "insurance type": choice("public", "private", weights=(85, 15)),
    "insurance number": shaped("[A-Z][0-9]{9}", unique=True),
    "appointment|appointment time": moment(-60, 60),
    # schools and books
    "student number|matriculation number|student no": code("S-{n:06d}"),
    "pickup time|pick up time|dropoff time|drop off time|pickup at|dropoff at": moment(-365),
    "grade|mark|final grade|letter grade": choice(
        "A", "B", "C", "D", "F", weights=(20, 34, 28, 12, 6)
    ),
    "gpa|grade point average": bell(3.0, 0.5, 0, 4, 2),
    "major|course|subject area|field of study|course name|study program|programme|program|"
    "course of study": choice(
        "Biology",
        "Business",
        "Chemistry",
        "Computer Science",
        "Economics",
        "History",
        "Law",
        "Mathematics",
        "Medicine",
        "Physics",
        "Psychology",
    ),
    "semester|term": whole(1, 10),
    "year of study|study year|academic year|school year": whole(1, 5),
    "credit|credit point|ects": choice(3, 5, 6, 9, 12),
    "exam score|test score|exam result|score|point score|exam point": whole(0, 100),
    "attendance|attendance rate": number(50, 100, 1),
    "enrollment date|enrolment date|enrolled|enrolled on|date of enrollment": day(-1460),
    "graduation year": whole(1990, 2026),
    "scholarship": flag(0.15),
    "isbn|isbn13|isbn 13": formatted("isbn13", unique=True),
    "film genre|movie genre": choice(
        "drama", "comedy", "thriller", "action", "horror", "documentary", "animation", "romance"
    ),
    "music genre|song genre": choice("pop", "rock", "jazz", "classical", "hip-hop", "folk"),
    "genre|book genre": choice(
        "fiction", "crime", "fantasy", "biography", "history", "science", "romance", "children"
    ),
    "page|number of page|page number": whole(80, 900),
    "book title|film title|movie title|song title|album|article title|song": text(2, 5),
    "edition": whole(1, 6),
    "publication date|published|published on|publishing date|release date|released": day(-9000),
    "publication year|year published|release year|year of publication": whole(1970, 2026),
    "format|book format": choice("hardcover", "paperback", "e-book", weights=(25, 55, 20)),
    # property
    "number of room|bedroom|number of bedroom": few(3, 1, 8),
    "bathroom|number of bathroom": few(1.5, 1, 4),
    "living area|floor area|square meter|square metre|area|size in square meter|sqm": whole(
        25, 260
    ),
    "square foot|square footage|sqft|sq ft": whole(350, 5000),
    "vintage|vintage year": whole(1985, 2024),
    "property type": choice("flat", "house", "office", "shop", weights=(60, 30, 6, 4)),
    "year built|construction year|built year|year of construction": whole(1900, 2025),
    "property price|house price|asking price": whole(90000, 1500000),
}

COMMON: Room = {
    "id|identifier|row id|record id|key|pk|primary key": serial(),
    "name": text(2, 3),
    "title|caption|label": text(2, 6),
    "description|note|remark|summary|detail|additional info|abstract|"
    "product description|short description|comment text|internal note": text(6, 18),
    "status|state of order|current status": choice(
        "active", "pending", "inactive", weights=(70, 15, 15)
    ),
    "active|is active|enabled|is enabled|active flag": flag(0.8),
    "verified|is verified|email verified|confirmed|approved|is approved": flag(0.75),
    "deleted|is deleted|deleted flag|archived|blocked|is blocked|flagged": flag(0.05),
    "completed|done|is completed|resolved|passed|success|successful|is member|member": flag(0.7),
    "vip|is vip|premium|is premium|premium member": flag(0.12),
    "type|kind|class name|group|classification": guess("A", "B", "C"),
    "tag|keyword": guess("new", "sale", "popular"),
    "created at|created|creation date time|creation time|inserted at|recorded at|"
    "registered at|signed up at|signup time|opened at|measured at|reported at|timestamp|"
    "time stamp|datetime|date time|date and time|event time|recorded|log time|"
    "reading time|measurement time|started at|begin|sent at|received at|start time|"
    "session start|logged at|ts|taken at|purchased at|bought at": moment(-365),
    "updated at|updated|modified at|last modified|changed at|last update|last updated|"
    "closed at|resolved at|ended at|finished at|completed at|end time|session end|"
    "last login|last seen|last activity|last login at|last active|last active at": moment(-90),
    "date|created on|creation date|created date|record date|entry day|registration date|"
    "registered on|registered|sign up date|signup date|signed up|joined|join date|joined on|"
    "date joined|opening date|opened on|account opened|event date|member since|"
    "customer since|reporting date|signup|sign up|registration|date created|"
    "measurement date|session date|open date|opened|membership date": day(-1825),
    "start date|start|begin date|valid from|contract start|project start|from date": day(-1095, 0),
    "end date|end|finish date|contract end|project end|to date|until date|closing date|"
    "close date": day(1, 730),
    "time|time of day|opening time|closing time": clock(),
    "duration|duration minute|call duration|length minute": whole(1, 240),
    "year": whole(2015, 2026),
    "month": whole(1, 12),
    "week|calendar week": whole(1, 52),
    "day|day of month": whole(1, 28),
    "weekday|day of week": choice("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "quarter": choice("Q1", "Q2", "Q3", "Q4"),
    "season": choice("spring", "summer", "autumn", "winter"),
    "available from|moved in|move in|move in date|moved in on|last flight|last visit date|"
    "last order date|last purchase": day(-365),
    "breed": guess("A", "B", "C"),
    "species|animal species|animal": choice("dog", "cat", "rabbit", weights=(50, 40, 10)),
    "runtime|running time": whole(60, 200),
    "hour": whole(0, 23),
    "count|number|amount of unit": few(10, 0, 60),
    "percentage|percent|share|progress|completion|completion rate|utilisation": whole(0, 100),
    "rank|position number|ranking": whole(1, 100),
    "probability|confidence|likelihood": number(0, 1, 3),
    "risk|risk level|risk class|impact|difficulty": choice(
        "low", "medium", "high", weights=(60, 30, 10)
    ),
    "result|outcome|test result": choice("positive", "negative", weights=(20, 80)),
    "stage|phase|deal stage|pipeline stage|lead status": choice(
        "new", "contacted", "qualified", "won", "lost", weights=(30, 25, 20, 13, 12)
    ),
    "task|task name|project|project name|milestone": text(2, 4),
    "effort|estimated hour|story point": few(5, 1, 40),
    "industry|sector|branch": choice(
        "Retail",
        "Manufacturing",
        "Finance",
        "Healthcare",
        "Software",
        "Education",
        "Transport",
        "Energy",
        "Construction",
        "Hospitality",
    ),
    "employee count|number of employee|headcount|company size|staff": whole(1, 5000),
    "timezone|time zone": choice("UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo"),
    "image|image url|photo|picture|avatar|logo|thumbnail|photo url|picture url|profile picture|"
    "profile photo|photograph": replace(
        shaped("https://images\\.example\\.com/[0-9a-f]{12}\\.jpg"), format="uri"
    ),
}

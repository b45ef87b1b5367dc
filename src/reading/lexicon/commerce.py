"""Lexicon: selling, paying, delivering, supporting."""

from __future__ import annotations

from .makers import (
    Room,
    bell,
    choice,
    code,
    day,
    few,
    flag,
    formatted,
    guess,
    moment,
    money,
    number,
    shaped,
    text,
    whole,
)

_PRODUCTS = (
    "Trail Backpack", "Ceramic Mug", "Desk Lamp", "Wool Blanket", "Steel Bottle", "Bike Helmet",
    "Garden Hose", "Chef Knife", "Yoga Mat", "Wireless Mouse", "Bluetooth Speaker", "Rain Jacket",
    "Running Shoes", "Oak Shelf", "Cotton Towel", "Travel Pillow", "Camping Stove", "Tool Kit",
    "Wall Clock", "Picture Frame", "Coffee Grinder", "Tea Kettle", "Phone Case", "Laptop Sleeve",
    "Notebook", "Fountain Pen", "Puzzle", "Board Game", "Paint Set", "Plant Pot",
)  # fmt: skip

COMMERCE: Room = {
    # goods
    "product|product name|item|item name|article|article name|goods|product title|"
    "item ordered": choice(*_PRODUCTS),
    "sku|stock keeping unit|article code|product sku|item sku": shaped(
        "[A-Z]{3}-[0-9]{4}", unique=True
    ),
    "ean|ean13|ean 13|barcode|gtin|gtin 13|gtin13": formatted("ean13", unique=True),
    "upc": shaped("[0-9]{12}", unique=True),
    "serial number|serial no|serial": shaped("[A-Z]{2}[0-9]{8}", unique=True),
    "category|product category|item category|product type": choice(
        "Home",
        "Garden",
        "Sports",
        "Electronics",
        "Toys",
        "Books",
        "Clothing",
        "Kitchen",
        "Office",
        "Beauty",
    ),
    "subcategory|sub category|product subcategory|fitting subcategory": guess("A", "B", "C"),
    "brand|brand name": choice(
        "Alder & Co",
        "Northway",
        "Brightline",
        "Casa Verde",
        "Kestrel",
        "Lumo",
        "Oakfield",
        "Pinewood",
        "Quanta",
        "Riverton",
    ),
    "color|colour": choice(
        "black", "white", "red", "blue", "green", "yellow", "grey", "brown", "orange", "purple"
    ),
    "size|clothing size|shirt size": choice(
        "XS", "S", "M", "L", "XL", "XXL", weights=(8, 20, 30, 24, 13, 5)
    ),
    "shoe size": whole(36, 47),
    "material": choice("cotton", "wool", "steel", "wood", "plastic", "leather", "glass", "ceramic"),
    "product weight|item weight|package weight|parcel weight|shipping weight": number(0.1, 30),
    "length|width|depth": number(1, 200, 1),
    "volume": number(0.1, 100, 1),
    "dimension": shaped("[1-9][0-9]x[1-9][0-9]x[1-9][0-9]"),
    "stock|stock level|inventory|quantity in stock|stock quantity|units in stock|in stock "
    "quantity|on hand|stock count|available quantity": whole(0, 500),
    "reorder level|reorder point|minimum stock": whole(5, 50),
    "in stock|is available|available|availability": flag(0.85),
    "discontinued|is discontinued": flag(0.07),
    "warranty|warranty month|warranty period": choice("12 months", "24 months", "36 months"),
    "model|model name|model number|vehicle model|car model": shaped("[A-Z]{2}[0-9]{3}"),
    # money
    "price|unit price|list price|selling price|sale price|retail price|price per unit|"
    "sales price|item price|ticket price|fare|ticket fare": money(25),
    "car price|vehicle price": money(21000, 0.5),
    "cost|unit cost|cost price|purchase price|production cost": money(14),
    "price per night|nightly rate|nightly price|room rate|night rate": number(60, 350),
    "price per month|monthly price|monthly fee|monthly rent|rent|monthly charge": number(400, 2500),
    "amount|total|total amount|total price|sum|grand total|order total|invoice total|value|"
    "order value|net amount|gross amount|net total|gross total|order amount|payment amount|"
    "invoice amount|subtotal|sub total|transaction amount|total cost|basket value|"
    "cart value|turnover|revenue|sales|sale amount|bill|amount paid|amount due|"
    "claim amount|loan amount": money(80, 0.9),
    "monthly spend|spend|total spend|spending|monthly spending|lifetime value|"
    "customer lifetime value|ltv|clv": money(33, 0.8),
    "monthly payment|installment|instalment|monthly installment": money(260, 0.6),
    "annual revenue|yearly revenue|profit|budget|annual turnover": money(500000, 1.2),
    "balance|account balance|opening balance|closing balance|current balance": money(1800, 1.0),
    "credit limit": choice(1000, 2000, 5000, 10000, 20000),
    "credit score": bell(680, 70, 300, 850, 0),
    "discount|discount percent|discount rate|discount percentage|rebate": number(0, 30, 0),
    "discount code|coupon|coupon code|voucher|voucher code|promo code": shaped("[A-Z]{4}[0-9]{2}"),
    "tax|tax amount|vat|vat amount|sales tax": money(12),
    "tax rate|vat rate": choice(0, 7, 19, 20),
    "shipping cost|shipping fee|delivery fee|shipping|freight|delivery cost": number(0, 20),
    "fee|commission|tip|charge|surcharge|deposit|service fee|down payment": money(8),
    "interest rate|apr": number(0.5, 12),
    "exchange rate": number(0.5, 2, 4),
    "currency|currency code": choice("EUR", "USD", "GBP", "CHF", weights=(45, 38, 12, 5)),
    "iban|account iban|bank account": formatted("iban"),
    "bic|swift|swift code": shaped("[A-Z]{4}[A-Z]{2}[0-9]{2}"),
    "account number|bank account number|account no": shaped("[0-9]{10}"),
    "bank|bank name": choice("First Harbour Bank", "Union Savings", "Meridian Bank", "City Credit"),
    "credit card|credit card number|card number|card": formatted("credit-card"),
    "card type|credit card type|card brand": choice(
        "Visa", "Mastercard", "American Express", weights=(50, 40, 10)
    ),
    "cvv|cvc|security code": shaped("[0-9]{3}"),
    "expiry date|expiration date|best before|expiry|valid until|expires|expires at": day(30, 1460),
    "payment method|method of payment|payment type|payment|paid by|payment mode": choice(
        "credit card", "PayPal", "bank transfer", "invoice", "cash", weights=(42, 25, 16, 12, 5)
    ),
    "payment status": choice("paid", "pending", "failed", "refunded", weights=(80, 12, 5, 3)),
    "paid|is paid": flag(0.85),
    "payment term": choice("14 days", "30 days", "60 days"),
    "transaction type|booking type": choice(
        "card payment",
        "transfer",
        "direct debit",
        "deposit",
        "withdrawal",
        "fee",
        weights=(42, 22, 16, 8, 8, 4),
    ),
    "account type": choice("checking", "savings", "business", weights=(60, 30, 10)),
    "debit credit|direction|debit or credit": choice("debit", "credit", weights=(70, 30)),
    "reference|payment reference|purpose|booking text|memo": text(2, 5),
    "fraud|is fraud|fraudulent|is fraudulent|fraud flag|suspicious": flag(0.01),
    # orders
    "quantity|qty|unit|unit sold|quantity ordered|piece|quantity sold": few(2, 1, 10),
    "order number|order no|purchase order|po number|po no": code("O-{n:06d}"),
    "invoice number|invoice no|bill number": code("INV-{n:06d}"),
    "booking reference|reservation number|confirmation number|booking code|booking number|"
    "confirmation code|pnr|record locator|reservation code|policy number": shaped(
        "[A-Z0-9]{6}", unique=True
    ),
    "tracking number|tracking code|shipment number|parcel number": shaped("[0-9]{12}", unique=True),
    "batch number|lot number|batch|lot": shaped("L[0-9]{6}"),
    "order date|date ordered|purchase date|date of purchase|sale date|sold on|date of order|"
    "invoice date|billing date|bill date|issue date|issued|date issued|issued on|booking date|"
    "transaction date|payment date|paid on|date of payment|value date|date of sale|"
    "claim date|bought on": day(-730),
    "promised date|promised on|due date|payment due|payment due date|due|due on|deadline": day(
        -700, 30
    ),
    "shipping date|ship date|delivery date|shipped on|dispatch date|date delivered|"
    "delivered on|expected delivery|shipment date": day(-725, 7),
    "ordered at|order time|order timestamp|purchased at|paid at|booked at|placed at|"
    "transaction time|transaction timestamp": moment(-730),
    "shipped at|delivered at|cancelled at|canceled at|refunded at|returned at": moment(-725),
    "order status|delivery status|shipping status|shipment status|fulfillment status": choice(
        "pending", "paid", "shipped", "delivered", "cancelled", weights=(8, 12, 20, 52, 8)
    ),
    "invoice status": choice("paid", "open", "overdue", weights=(75, 18, 7)),
    "booking status|reservation status": choice(
        "confirmed", "cancelled", "no-show", weights=(85, 11, 4)
    ),
    "shipping method|delivery method|carrier|courier": choice(
        "standard", "express", "pickup", weights=(70, 20, 10)
    ),
    "return reason|reason for return|cancellation reason": choice(
        "changed mind", "damaged", "wrong item", "too late", "other"
    ),
    "returned|is returned|refunded|cancelled|is cancelled|canceled": flag(0.08),
    "sales channel|channel|order channel|acquisition channel|source|lead source|"
    "traffic source": choice(
        "web", "mobile app", "store", "phone", "partner", weights=(45, 28, 15, 7, 5)
    ),
    "plan|subscription plan|subscription|subscription type|pricing plan|package|"
    "subscription tier|subscription level": choice(
        "free", "basic", "pro", "enterprise", weights=(45, 30, 18, 7)
    ),
    "subscription status|account status|membership status|customer status|user status": choice(
        "active", "paused", "cancelled", weights=(80, 8, 12)
    ),
    "gift wrap|gift|is gift": flag(0.1),
    "churn|churned|has churned|is churned": flag(0.15),
    # contact with customers
    "review|review text|comment|customer comment|feedback|testimonial": text(8, 25),
    "rating|star|star rating|review score|satisfaction|customer satisfaction|csat|"
    "review rating|satisfaction score|satisfaction rating|customer rating|"
    "evaluation": whole(1, 5),
    "nps|nps score|net promoter score": whole(0, 10),
    "subject|ticket subject|subject line|headline|topic|issue": text(3, 8),
    "ticket number|ticket no|case number|incident number|claim number": code("T-{n:06d}"),
    "priority|ticket priority|urgency|severity": choice(
        "low", "medium", "high", "urgent", weights=(35, 40, 20, 5)
    ),
    "ticket status|case status|issue status|task status|claim status": choice(
        "open", "in progress", "resolved", "closed", weights=(20, 20, 25, 35)
    ),
    "resolution time|response time|handling time|first response time": whole(5, 2880),
    "resolution|solution": text(5, 15),
    "campaign|campaign name": choice("Spring Sale", "Summer Deals", "Back to School", "Holidays"),
    "click": few(12, 0, 200),
    "impression|view|page view|pageview|visit": few(120, 0, 2000),
    "conversion": few(2, 0, 50),
    "conversion rate|click through rate|ctr|bounce rate|open rate": number(0, 1, 4),
}

"""People who answer: whatever words stand in their subject, their signature or the letter they quote."""
# ruff: noqa: E501 -- a text stands as people type it, a paragraph on a line

from tests.inbound.corpus.clients import Said

FOOT_EN = "-- \nMartin Holloway\nHolloway Freight Ltd\nOur monthly bulletin: subscribe or unsubscribe at https://www.example.org/bulletin"
LEGAL_EN = """\
This message is confidential. If you received it in error, delete it. If you no longer wish to receive
e-mails from Holloway Freight, please reply with STOP or write to optout@example.org."""
FOOT_FR = "-- \nHervé Vasseur\nTransports Vasseur\nPour vous désabonner de notre lettre mensuelle : https://www.example.org/lettre"
FOOT_DE = "-- \nJens Overbeck\nOverbeck Logistik GmbH\nUnseren Newsletter abbestellen: https://www.example.org/abmelden"
FOOT_ES = "-- \nMarta Olmedo Peña\nOlmedo Transportes\nPara darse de baja de nuestro boletín: https://www.example.org/baja"

MAILS: list[tuple[str, str, Said]] = [
    # ------------------------------------------------------------------ English
    (
        "gmail",
        "price-list",
        Said(
            "en",
            "Hi Ada,\n\ncould you send me the price list for 40 sensors and two gateways?\n\nThanks,\nMartin",
        ),
    ),
    ("iphone", "call-me", Said("en", "Sounds good, call me tomorrow after 2pm")),
    (
        "outlook",
        "later",
        Said(
            "en",
            "Hello Ada,\n\nnot interested right now, but call me in March when our budget is open.\n\nMartin",
            signature=LEGAL_EN,
        ),
    ),
    (
        "thunderbird",
        "inline",
        Said(
            "en",
            "> Shall we talk about your depots?\n\nYes, Thursday would suit us.\n\n> It shows how three carriers stopped losing vaccines\n\nWhich carriers were these?",
            quote=False,
            signature=FOOT_EN,
        ),
    ),
    (
        "gmail",
        "signature-with-unsubscribe",
        Said("en", "Does the guide cover road transport too?", signature=FOOT_EN),
    ),
    (
        "owa",
        "subject-undeliverable",
        Said(
            "en",
            "Hi Ada,\n\none in ten of our parcels comes back as undeliverable. Would your sensors tell us why?\n\nMartin",
            subject="Undeliverable parcels: can you help?",
            quote=False,
        ),
    ),
    (
        "outlook",
        "subject-out-of-office",
        Said(
            "en",
            "Do you offer support in the evenings and at weekends? Our depots work nights.",
            subject="Out of office hours support?",
        ),
    ),
    (
        "gmail",
        "subject-ticket",
        Said(
            "en",
            "Is there still a ticket for the trade fair in Lyon? I would come to your stand.",
            subject="Ticket for the fair",
            quote=False,
        ),
    ),
    (
        "yahoo",
        "subject-bounce",
        Said(
            "en",
            "Our pages have a bounce rate of 80 %. Is that something you look at, or only the cold chain?",
            subject="Bounce rate of our web shop",
            quote=False,
        ),
    ),
    (
        "apple",
        "subject-automatic-reply",
        Said(
            "en",
            "Can the product answer our customers by itself, with a text of our own?",
            subject="Automatic reply: does your product do that?",
        ),
    ),
    (
        "notes",
        "subject-delivery-failure",
        Said(
            "en",
            "We had another delivery failure last week: the truck arrived, the vaccines were warm. Please call me.",
            subject="Delivery failure in Leeds",
        ),
    ),
    (
        "proton",
        "keep-sending",
        Said("en", "Please don't stop sending these, they are the best thing in my inbox!"),
    ),
    (
        "gmail",
        "question-about-leaving",
        Said(
            "en",
            "How do your own customers let their contacts unsubscribe with your product? We need to answer an auditor. Could we talk on Friday?",
        ),
    ),
    (
        "outlook-phone",
        "late-answer",
        Said(
            "en",
            "Sorry for the slow answer, I was on holiday and my mailbox was full. Yes, we are interested: send me an offer.",
        ),
    ),
    (
        "samsung",
        "stop-by",
        Said("en", "Please stop by our office when you are in Leeds, I'd like to see the sensor."),
    ),
    (
        "gmail",
        "remove-from-quote",
        Said("en", "Could you remove one of the two gateways from the quote and send it again?"),
    ),
    (
        "thunderbird",
        "left-a-rival",
        Said(
            "en",
            "I unsubscribed from your competitor's newsletter last week because yours explains it better. Who would train our drivers?",
        ),
    ),
    ("iphone", "thanks", Said("en", "Thanks!")),
    ("latin", "yes", Said("en", "yes")),
    (
        "gmail",
        "error-on-the-page",
        Said(
            "en",
            'When I fill in your form I see "550 5.1.1 User unknown". What should I do? I still want the demo.',
        ),
    ),
    (
        "outlook",
        "asks-for-no-auto-answer",
        Said(
            "en",
            "Please quote for 12 depots.",
            extra="X-Auto-Response-Suppress: DR, RN, NRN, OOF, AutoReply\n",
        ),
    ),
    (
        "thunderbird",
        "says-it-is-no-machine",
        Said("en", "Could we move the call to Monday?", extra="Auto-Submitted: no\n"),
    ),
    ("html-only", "entities", Said("en", "It's a yes from us.\nWhen can you start?")),
    (
        "gmx",
        "colleague",
        Said(
            "en",
            "Please talk to my colleague Priya about this, she decides on the depots. I put her in copy.",
        ),
    ),
    ("attaching", "with-a-logo", Said("en", "Attached is our floor plan. What would you place where?")),
    # ------------------------------------------------------------------- French
    (
        "gmail",
        "price",
        Said(
            "fr",
            "Bonjour,\n\nquel est le tarif pour une quarantaine de capteurs ?\n\nCordialement,\nHervé Vasseur",
        ),
    ),
    (
        "outlook",
        "later",
        Said(
            "fr",
            "Bonjour Madame,\n\nPas pour l'instant, mais rappelez-moi en mars.\n\nBien à vous,\nHervé Vasseur",
        ),
    ),
    (
        "owa",
        "subject-absence",
        Said(
            "fr",
            "Je vous ai demandé un devis il y a deux semaines et je n'ai rien reçu. Pouvez-vous me rappeler ?",
            subject="Absence de réponse à ma demande de devis",
            quote=False,
        ),
    ),
    (
        "iphone",
        "subject-ticket",
        Said(
            "fr",
            "Vous reste-t-il un billet pour le salon ?",
            subject="Ticket d'entrée pour le salon",
            quote=False,
        ),
    ),
    (
        "thunderbird",
        "signature-with-unsubscribe",
        Said("fr", "Le guide couvre-t-il aussi le transport maritime ?", signature=FOOT_FR),
    ),
    ("yahoo", "keep-sending", Said("fr", "Continuez à m'envoyer vos articles, ils sont très utiles !")),
    ("html-only", "entities", Said("fr", "Très intéressé, à bientôt.")),
    (
        "latin",
        "eight-bit",
        Said("fr", "Intéressé par une démonstration à Orléans. Êtes-vous disponible début décembre ?"),
    ),
    ("samsung", "stop-by", Said("fr", "Arrêtez-vous à notre stand, allée C, nous en parlerons.")),
    (
        "apple",
        "away-next-week",
        Said("fr", "Oui, avec plaisir. Je suis en déplacement la semaine prochaine, le 15 me conviendrait."),
    ),
    ("proton", "one-word", Said("fr", "Merci")),
    (
        "gmx",
        "question-about-leaving",
        Said(
            "fr",
            "Bonjour,\nvotre outil permet-il à nos clients de se désinscrire eux-mêmes ? Notre juriste pose la question avant l'achat.",
        ),
    ),
    (
        "signed",
        "signed",
        Said("fr", "Bonjour,\n\nvotre guide m'a beaucoup aidé. Avez-vous un exemple avec des vaccins ?"),
    ),
    # ------------------------------------------------------------------- German
    (
        "outlook",
        "price",
        Said(
            "de",
            "Guten Tag Frau Brook,\n\nwas kosten 40 Sensoren mit zwei Gateways?\n\nMit freundlichen Grüßen\nJens Overbeck",
            signature=FOOT_DE,
        ),
    ),
    ("gmail", "later", Said("de", "Zurzeit kein Bedarf, bitte melden Sie sich im März wieder.")),
    (
        "thunderbird",
        "subject-absence",
        Said(
            "de",
            "Ich habe Ihre Kollegin nicht erreicht. Wer vertritt sie? Bitte um Rückruf.",
            subject="Abwesenheit von Frau Keller?",
            quote=False,
        ),
    ),
    (
        "gmx",
        "subject-undeliverable",
        Said(
            "de",
            "Jedes zehnte Paket kommt bei uns als unzustellbar zurück. Hilft Ihr System da?",
            subject="Unzustellbar: unsere Pakete",
            quote=False,
        ),
    ),
    (
        "owa",
        "stay-on-the-list",
        Said("de", "Bitte nehmen Sie mich nicht aus dem Verteiler, auch wenn ich selten antworte."),
    ),
    (
        "apple",
        "question-about-leaving",
        Said(
            "de",
            "Können sich die Empfänger unserer Kunden mit Ihrem Werkzeug selbst abmelden? Unser Datenschützer fragt danach.",
        ),
    ),
    ("html-only", "entities", Said("de", "Ja, gerne! Schöne Grüße")),
    ("latin", "eight-bit", Said("de", "Könnten Sie uns das Gerät nächste Woche vorführen?")),
    ("iphone", "one-word", Said("de", "Danke")),
    (
        "notes",
        "colleague",
        Said("de", "Bitte wenden Sie sich dazu an Herrn Keller, er ist für die Lager zuständig."),
    ),
    ("samsung", "call-me", Said("de", "Rufen Sie mich morgen ab 14 Uhr an")),
    # ------------------------------------------------------------------ Spanish
    (
        "gmail",
        "price",
        Said(
            "es",
            "Buenos días:\n\n¿cuál es el precio de 40 sensores y dos pasarelas?\n\nUn saludo,\nMarta Olmedo",
        ),
    ),
    (
        "outlook",
        "later",
        Said(
            "es",
            "Ahora mismo no nos interesa, pero llámeme en marzo.\n\nMarta Olmedo Peña",
            signature=FOOT_ES,
        ),
    ),
    ("yahoo", "keep-sending", Said("es", "No dejen de enviarme sus guías, son muy útiles.")),
    ("thunderbird", "under-the-quote", Said("es", "Nos interesa. ¿Podemos hablar el jueves?", above=True)),
    (
        "owa",
        "subject-out-of-office",
        Said(
            "es",
            "¿Atienden también por la noche? Nuestros almacenes no cierran.",
            subject="Soporte fuera de la oficina y de horario",
            quote=False,
        ),
    ),
    ("html-only", "entities", Said("es", "Sí, envíeme más información.")),
    ("latin", "eight-bit", Said("es", "¿Tienen una versión para camiones pequeños?")),
    ("iphone", "one-word", Said("es", "Gracias")),
    (
        "gmx",
        "question-about-leaving",
        Said("es", "¿Cómo se da de baja un contacto en su programa? Nos lo pregunta el auditor."),
    ),
    (
        "samsung",
        "low-stock",
        Said("es", "Dos conductores están de baja esta semana, ¿podemos hablar la próxima?"),
    ),
]

"""People who ask to be taken off the list: polite, curt, misspelt, shouted, in the subject, in HTML alone."""
# ruff: noqa: E501 -- a text stands as people type it, a paragraph on a line

from tests.inbound.corpus.clients import Said

LEGAL = """\
________________________________________
This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the
intended recipient, please notify the sender and delete this message. Holloway Freight Ltd, registered in
England. Please consider the environment before printing."""

RECHTLICH = """\
Diese E-Mail enthält vertrauliche Informationen. Wenn Sie nicht der richtige Adressat sind, informieren Sie
bitte sofort den Absender und löschen Sie diese Nachricht. Overbeck Logistik GmbH, Geschäftsführer: Jens Overbeck"""

MAILS: list[tuple[str, str, Said]] = [
    # ------------------------------------------------------------------ English
    (
        "gmail",
        "polite",
        Said(
            "en",
            "Hi Ada,\n\nThank you for the guide, but please remove me from your mailing list.\n\nKind regards,\nMartin",
        ),
    ),
    ("iphone", "one-word", Said("en", "Unsubscribe")),
    ("outlook", "capitals", Said("en", "PLEASE TAKE ME OFF THIS LIST. THANK YOU.")),
    ("latin", "subject-only", Said("en", "", subject="unsubscribe", quote=False)),
    ("yahoo", "misspelt", Said("en", "pls unsuscribe me")),
    (
        "owa",
        "below-greeting",
        Said(
            "en",
            "Hello Ada,\n\nI hope you are well. I have changed roles and this is no longer relevant to me. Could you please take me off your distribution list?\n\nBest,\nMartin",
        ),
    ),
    ("apple", "curt", Said("en", "Stop emailing me.")),
    ("thunderbird", "under-the-quote", Said("en", "Please stop sending me these emails.", above=True)),
    ("html-only", "entities", Said("en", "Hello,\nI don't want to receive your emails any more.")),
    (
        "proton",
        "delete-my-data",
        Said("en", "Please delete my email address from your database and do not contact me again."),
    ),
    (
        "outlook",
        "with-disclaimer",
        Said(
            "en", "I no longer wish to receive these messages.\n\nRegards\nMartin Holloway", signature=LEGAL
        ),
    ),
    ("samsung", "stop", Said("en", "STOP")),
    ("latin", "opt-out", Said("en", "opt out", quote=False)),
    ("gmail", "two-sentences", Said("en", "Not interested. Please unsubscribe me.")),
    (
        "outlook-phone",
        "all-further-marketing",
        Said("en", "Hi,\n\nkindly opt me out of all further marketing emails.\n\nCheers,\nMartin"),
    ),
    (
        "gmail",
        "objection",
        Said(
            "en",
            "Dear team,\n\nunder Article 21 GDPR I object to the use of my personal data for direct marketing. Please remove my address from all your lists and confirm.\n\nM. Holloway",
        ),
    ),
    ("notes", "cancel-subscription", Said("en", "Please cancel my subscription to your newsletter.")),
    ("iphone", "subject-only-signed", Said("en", "", subject="REMOVE ME", quote=False)),
    (
        "thunderbird",
        "with-signature",
        Said(
            "en",
            "Please unsubscribe this address.",
            signature="-- \nMartin Holloway\nHead of Operations\n+44 20 7946 0000",
        ),
    ),
    (
        "yahoo",
        "third-request",
        Said("en", "This is the third time I ask: take my name off your mailing list!!!"),
    ),
    ("gmx", "no-more", Said("en", "No more emails please.\n\nThanks, Martin")),
    ("attaching", "with-a-logo", Said("en", "Please take our address off your mailing list.\n\nThank you")),
    # ------------------------------------------------------------------- French
    (
        "gmail",
        "polite",
        Said(
            "fr",
            "Bonjour,\n\nMerci de me désinscrire de votre liste de diffusion.\n\nCordialement,\nHervé Vasseur",
        ),
    ),
    ("iphone", "one-word", Said("fr", "Désinscription svp")),
    (
        "outlook",
        "below-greeting",
        Said(
            "fr",
            "Bonjour Madame,\n\nJe ne souhaite plus recevoir vos mails. Merci de retirer mon adresse de vos fichiers.\n\nBien à vous,\nHervé Vasseur",
        ),
    ),
    ("latin", "imperative", Said("fr", "Désabonnez-moi.")),
    ("html-only", "entities", Said("fr", "Merci de me désabonner.")),
    (
        "thunderbird",
        "under-the-quote",
        Said("fr", "Veuillez supprimer mon adresse e-mail de votre base de données.", above=True),
    ),
    ("yahoo", "stop-sending", Said("fr", "Merci d'arrêter de m'envoyer des mails")),
    (
        "owa",
        "polite-question",
        Said(
            "fr",
            "Bonjour,\n\nPouvez-vous cesser de m'écrire, s'il vous plaît ? Vos offres ne m'intéressent pas.\n\nHervé",
        ),
    ),
    ("samsung", "capitals", Said("fr", "MERCI DE NE PLUS M'ENVOYER DE MAILS")),
    ("apple", "without-accents", Said("fr", "desinscrivez moi svp")),
    ("latin", "subject-only", Said("fr", "", subject="Désinscription", quote=False)),
    (
        "proton",
        "objection",
        Said(
            "fr",
            "Bonjour,\n\nConformément au RGPD, je m'oppose à tout traitement de mes données à des fins de prospection et vous demande de retirer mon adresse de toutes vos listes.",
        ),
    ),
    (
        "outlook-phone",
        "never-asked",
        Said("fr", "Bonjour, je n'ai jamais demandé à recevoir ces messages. Retirez-moi de votre liste."),
    ),
    ("gmx", "misspelt", Said("fr", "Bonjour\nje veux me desabonné de cette newsletter")),
    # ------------------------------------------------------------------- German
    (
        "outlook",
        "polite",
        Said(
            "de",
            "Sehr geehrte Damen und Herren,\n\nbitte nehmen Sie mich aus Ihrem Verteiler.\n\nMit freundlichen Grüßen\nJens Overbeck",
            signature=RECHTLICH,
        ),
    ),
    ("gmx", "curt", Said("de", "Bitte austragen")),
    ("iphone", "one-word", Said("de", "Abmelden")),
    (
        "gmail",
        "below-greeting",
        Said(
            "de",
            "Hallo Frau Brook,\n\nich habe die Abteilung gewechselt und kann mit den Themen nichts mehr anfangen. Könnten Sie mich bitte von der Liste streichen?\n\nViele Grüße\nJens",
        ),
    ),
    (
        "thunderbird",
        "under-the-quote",
        Said("de", "Bitte senden Sie mir keine weiteren E-Mails.", above=True),
    ),
    (
        "latin",
        "withdrawn-consent",
        Said(
            "de",
            "Hiermit widerrufe ich meine Einwilligung zum Erhalt Ihrer Werbe-E-Mails. Bitte löschen Sie meine Adresse.",
        ),
    ),
    ("samsung", "capitals", Said("de", "BITTE KEINE WEITEREN MAILS MEHR!")),
    ("latin", "subject-only", Said("de", "", subject="Newsletter abbestellen", quote=False)),
    (
        "owa",
        "no-longer",
        Said("de", "Guten Tag,\n\nich möchte Ihren Newsletter nicht mehr erhalten.\n\nDanke\nJ. Overbeck"),
    ),
    ("yahoo", "without-umlauts", Said("de", "bitte aus dem verteiler loeschen")),
    ("apple", "i-want-to-leave", Said("de", "Ich möchte mich von diesem Newsletter abmelden.")),
    ("html-only", "entities", Said("de", "Guten Tag,\nbitte löschen Sie mich aus Ihrem Verteiler.")),
    (
        "notes",
        "please-stop",
        Said("de", "Bitte stellen Sie den Versand an meine Adresse ein.\n\nMit freundlichem Gruß\nOverbeck"),
    ),
    (
        "signed",
        "signed",
        Said("de", "Guten Tag,\n\nbitte entfernen Sie meine Adresse aus Ihrer Liste.\n\nDanke"),
    ),
    # ------------------------------------------------------------------ Spanish
    (
        "gmail",
        "polite",
        Said(
            "es", "Buenos días:\n\nQuisiera darme de baja de su lista de correo.\n\nUn saludo,\nMarta Olmedo"
        ),
    ),
    ("iphone", "curt", Said("es", "Dar de baja")),
    (
        "outlook",
        "below-greeting",
        Said(
            "es",
            "Estimada Ada:\n\nLe ruego que elimine mi dirección de su base de datos. No deseo recibir más correos.\n\nAtentamente,\nMarta Olmedo Peña",
        ),
    ),
    ("html-only", "entities", Said("es", "Por favor, no me envíen más correos.")),
    ("yahoo", "capitals", Said("es", "POR FAVOR DENME DE BAJA")),
    (
        "thunderbird",
        "under-the-quote",
        Said("es", "No quiero seguir recibiendo estos mensajes, gracias.", above=True),
    ),
    ("latin", "subject-only", Said("es", "", subject="Darme de baja", quote=False)),
    ("gmx", "misspelt", Said("es", "quiero dar me de baja porfabor")),
    ("apple", "noun", Said("es", "Cancelar suscripción")),
    (
        "owa",
        "polite-question",
        Said(
            "es",
            "Hola, Ada:\n\n¿Podría quitarme de la lista de distribución, por favor? Ya no trabajo en ese ámbito.\n\nGracias,\nMarta",
        ),
    ),
    ("samsung", "stop-advertising", Said("es", "Dejen de enviarme publicidad.")),
    (
        "proton",
        "objection",
        Said(
            "es",
            "Ejerzo mi derecho de oposición conforme al RGPD: les pido que retiren mi correo de todas sus listas comerciales.",
        ),
    ),
    ("outlook-phone", "do-not-write", Said("es", "No me escriban más, por favor.")),
]

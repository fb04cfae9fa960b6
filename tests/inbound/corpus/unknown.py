"""Bounces that nobody can read a reason in, sent to the address where bounces go."""

from tests.inbound.corpus.dialects import Failure

MAILS: list[tuple[str, str, Failure]] = [
    (
        "bare",
        "reference-number",
        Failure("", prose="Your message could not be processed. Reference: 8812-77.\n"),
    ),
    ("bare", "empty", Failure("", prose="")),
    ("bare", "no-reason", Failure("", prose="The attached message was not delivered.\n")),
    (
        "bare",
        "internal-code",
        Failure("", prose="Mail processing ended with condition X-4711/B at stage 3.\n"),
    ),
    ("bare", "no-reason", Failure("", language="fr", prose="Le message joint n'a pas pu être remis.\n")),
    ("bare", "no-reason", Failure("", language="de", prose="Ihre Nachricht wurde nicht zugestellt.\n")),
    ("bare", "no-reason", Failure("", language="es", prose="No fue posible entregar su mensaje.\n")),
    ("bare", "no-reason", Failure("", language="it", prose="Il messaggio non è stato consegnato.\n")),
    (
        "bare",
        "strange-words",
        Failure("", prose="The gateway gave the answer 'zurvan'. Operator informed.\n"),
    ),
]

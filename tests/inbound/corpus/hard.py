"""Permanent failures of the lead's own address: it is unknown, closed, or its domain takes no mail."""
# ruff: noqa: E501 -- an answer stands as its server gives it, on one line

from tests.inbound.corpus.dialects import Failure

MAILS: list[tuple[str, str, Failure]] = [
    # ------------------------------------------------- bare words, with and without a code
    ("postfix", "bare-550-user-unknown", Failure("550 User unknown", "5.0.0")),
    ("postfix", "bare-550-no-such-user", Failure("550 No such user", "5.0.0")),
    (
        "postfix",
        "local-recipient-table",
        Failure(
            "550 5.1.1 <{lead_address}>: Recipient address rejected: User unknown in local recipient table"
        ),
    ),
    (
        "postfix",
        "virtual-mailbox-table",
        Failure(
            "550 5.1.1 <{lead_address}>: Recipient address rejected: User unknown in virtual mailbox table"
        ),
    ),
    (
        "postfix",
        "relay-recipient-table",
        Failure(
            "550 5.1.1 <{lead_address}>: Recipient address rejected: User unknown in relay recipient table"
        ),
    ),
    (
        "postfix",
        "unknown-local-user",
        Failure('550 5.1.1 unknown user: "{lead_local}"', prose='unknown user: "{lead_local}"'),
    ),
    (
        "postfix",
        "domain-not-found",
        Failure(
            "5.4.4 Name service error",
            "5.4.4",
            prose="Host or domain name not found. Name service error for name={lead_domain} type=A: Host not found",
        ),
    ),
    (
        "postfix",
        "null-mx",
        Failure(
            "556 5.1.10 Domain does not accept mail",
            "5.1.0",
            prose="Domain {lead_domain} does not accept mail (nullMX)",
        ),
    ),
    (
        "postfix",
        "mailbox-unavailable",
        Failure("550 Requested action not taken: mailbox unavailable", "5.0.0"),
    ),
    (
        "postfix",
        "consumer-outlook",
        Failure(
            "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [DB5EUR03FT047.eop-EUR03.example.net 2026-11-03T08:12:29.324Z]",
            "5.5.0",
        ),
    ),
    (
        "postfix",
        "access-denied",
        Failure(
            "550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT029.eop-EUR02.example.net 2026-11-03T08:12:29.808Z 08DCF0A1]",
            "5.4.1",
        ),
    ),
    ("postfix", "inactive-address", Failure("550 5.1.1 <{lead_address}>: inactive email address")),
    (
        "postfix",
        "account-disabled",
        Failure("554 5.7.1 <{lead_address}>: Recipient address rejected: Account disabled", "5.7.1"),
    ),
    (
        "postfix",
        "account-closed",
        Failure(
            "550 5.2.1 <{lead_address}>: Recipient address rejected: Account closed due to inactivity",
            "5.2.1",
        ),
    ),
    ("postfix", "does-not-exist", Failure("550 5.1.1 <{lead_address}> User doesn't exist: {lead_address}")),
    ("postfix", "no-such-recipient-here", Failure("550 No such recipient here", "5.0.0")),
    (
        "postfix",
        "mailbox-disabled",
        Failure(
            "554 30 Sorry, your message to {lead_address} cannot be delivered. This mailbox is disabled (554.30).",
            "5.0.0",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "no-account-here",
        Failure(
            "554 delivery error: dd This user doesn't have an account here ({lead_address}) [0] - mta4022.mail.example.net",
            "5.0.0",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "local-mailbox-unavailable",
        Failure(
            "550 Message was not accepted -- invalid mailbox.  Local mailbox {lead_address} is unavailable: user not found",
            "5.0.0",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "account-is-disabled",
        Failure(
            "550 Message was not accepted -- invalid mailbox.  Local mailbox {lead_address} is unavailable: account is disabled",
            "5.0.0",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "no-mailbox-by-that-name",
        Failure("550 sorry, no mailbox here by that name (#5.1.1 - chkuser)", "5.0.0"),
    ),
    # ------------------------------------------------------------------- Exchange and Google
    (
        "exchange",
        "recipient-not-found",
        Failure(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {lead_address} not found by SMTP address lookup",
            "5.1.10",
        ),
    ),
    (
        "exchange",
        "unknown-recipient",
        Failure(
            "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 No such user",
            "5.1.351",
        ),
    ),
    (
        "exchange",
        "recipient-not-found",
        Failure(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {lead_address} not found by SMTP address lookup",
            "5.1.10",
            language="fr",
            prose="Votre message à {lead_address} n'a pas pu être remis.\n\n{lead_local} est introuvable à l'adresse {lead_domain}.",
        ),
    ),
    (
        "exchange",
        "recipient-not-found",
        Failure(
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient {lead_address} not found by SMTP address lookup",
            "5.1.10",
            language="de",
            prose="Ihre Nachricht an {lead_address} konnte nicht zugestellt werden.\n\n{lead_local} wurde unter {lead_domain} nicht gefunden.",
        ),
    ),
    (
        "exchange",
        "unknown-recipient",
        Failure(
            "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 User unknown",
            "5.1.351",
            language="es",
            prose="No se pudo entregar el mensaje a {lead_address}.\n\nNo se encontró {lead_local} en {lead_domain}.",
        ),
    ),
    (
        "exchange",
        "domain-does-not-exist",
        Failure(
            "550 5.4.310 DNS domain {lead_domain} does not exist [Message=InfoDomainNonexistent] [LastAttemptedServerName={lead_domain}]",
            "5.4.310",
        ),
    ),
    (
        "exchange",
        "account-disabled",
        Failure(
            "550 5.7.13 STOREDRV.Deliver.Exception:AccountDisabledException.MapiExceptionADUserDisabledAndHidden; Failed to process message due to a permanent exception with message Account is disabled",
            "5.2.1",
        ),
    ),
    (
        "exchange-server",
        "recipient-not-found",
        Failure(
            "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
            "5.1.1",
            prose="The e-mail address you entered couldn't be found. Please check the recipient's e-mail address and try to resend the message.",
        ),
    ),
    (
        "exchange-server",
        "recipient-not-found",
        Failure(
            "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
            "5.1.1",
            language="fr",
            prose="L'adresse de messagerie que vous avez entrée est introuvable. Vérifiez l'adresse du destinataire et réessayez.",
        ),
    ),
    (
        "exchange-server",
        "recipient-not-found",
        Failure(
            "550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found",
            "5.1.1",
            language="de",
            prose="Die eingegebene E-Mail-Adresse konnte nicht gefunden werden. Überprüfen Sie die Adresse des Empfängers.",
        ),
    ),
    (
        "exchange-server",
        "recipient-not-found",
        Failure(
            "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found",
            "5.1.1",
            language="es",
            prose="No se encontró la dirección de correo electrónico que especificó. Compruebe la dirección del destinatario.",
            to="{sender_address}",
        ),
    ),
    (
        "google",
        "no-such-user",
        Failure(
            "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. For more information, go to 550 5.1.1 https://support.example.com/mail/?p=NoSuchUser ffacd0b85a97d-37d5 - gsmtp"
        ),
    ),
    (
        "google",
        "no-such-user",
        Failure(
            "550 5.1.1 The email account that you tried to reach does not exist. ffacd0b85a97d-37d5 - gsmtp",
            language="fr",
        ),
    ),
    (
        "google",
        "no-such-user",
        Failure(
            "550 5.1.1 The email account that you tried to reach does not exist. ffacd0b85a97d-37d5 - gsmtp",
            language="de",
        ),
    ),
    (
        "google",
        "no-such-user",
        Failure(
            "550 5.1.1 The email account that you tried to reach does not exist. ffacd0b85a97d-37d5 - gsmtp",
            language="es",
        ),
    ),
    (
        "google",
        "disabled",
        Failure(
            "550 5.2.1 The email account that you tried to reach is disabled. Learn more at https://support.example.com/mail/?p=DisabledUser a640c23a62f3a - gsmtp",
            "5.2.1",
        ),
    ),
    (
        "google",
        "domain-not-found",
        Failure(
            "DNS Error: DNS type 'mx' lookup of {lead_domain} responded with code NXDOMAIN Domain name not found: {lead_domain}",
            "5.1.2",
            prose="Your message wasn't delivered to {lead_address} because the domain {lead_domain} couldn't be found. Check for typos or unnecessary spaces and try again.",
        ),
    ),
    # --------------------------------------------------------------- the older mail systems
    ("exim", "unrouteable", Failure("", prose="Unrouteable address")),
    ("exim", "no-such-user-here", Failure("550 No Such User Here")),
    ("exim", "unknown-user", Failure("550 Unknown user", language="de")),
    ("exim", "all-mx-missing", Failure("", prose="all relevant MX records point to non-existent hosts")),
    ("qmail", "no-mailbox", Failure("Sorry, no mailbox here by that name. (#5.1.1)")),
    ("qmail", "no-host", Failure("Sorry, I couldn't find any host named {lead_domain}. (#5.1.2)")),
    (
        "qmail",
        "remote-host-said",
        Failure(
            "203.0.113.25 does not like recipient.\nRemote host said: 550 5.1.1 <{lead_address}> recipient unknown\nGiving up on 203.0.113.25.",
            language="fr",
        ),
    ),
    (
        "sendmail",
        "user-unknown",
        Failure(
            "550 5.1.1 <{lead_address}>... User unknown", prose="550 5.1.1 <{lead_address}>... User unknown"
        ),
    ),
    (
        "sendmail",
        "host-unknown",
        Failure(
            "550 5.1.2 <{lead_address}>... Host unknown (Name server: {lead_domain}: host not found)", "5.1.2"
        ),
    ),
    ("domino", "not-listed", Failure("User {lead_local} ({lead_address}) not listed in Domino Directory")),
    (
        "domino",
        "not-listed",
        Failure(
            "Benutzer {lead_local} ({lead_address}) ist nicht im Domino-Verzeichnis aufgeführt", language="de"
        ),
    ),
    (
        "domino",
        "not-listed",
        Failure(
            "L'utilisateur {lead_local} ({lead_address}) n'est pas répertorié dans l'annuaire Domino",
            language="fr",
        ),
    ),
    (
        "domino",
        "not-listed",
        Failure(
            "El usuario {lead_local} ({lead_address}) no se encuentra en el Directorio de Domino",
            language="es",
        ),
    ),
    ("ses", "no-such-user", Failure("550 5.1.1 <{lead_address}> No such user", prose="")),
    (
        "filter",
        "invalid-recipient",
        Failure("550 Invalid Recipient - https://community.example.net/docs/DOC-1369#550"),
    ),
    (
        "filter",
        "permanent-failure",
        Failure("550 permanent failure for one or more recipients ({lead_address}:550 5.1.1 User unknown)"),
    ),
    # ------------------------------------------------ providers, and the languages they speak
    (
        "postfix",
        "orange",
        Failure(
            "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]",
            language="fr",
        ),
    ),
    (
        "postfix",
        "la-poste",
        Failure(
            "550 5.5.0 Adresse d au moins un destinataire invalide. Invalid recipient. LPN007_416",
            "5.5.0",
            language="fr",
        ),
    ),
    ("postfix", "web-de", Failure("550 Benutzer nicht bekannt/User unknown", "5.0.0", language="de")),
    ("bare", "no-more-mail", Failure("550 Dieses Postfach existiert nicht (mehr)", language="de")),
    ("bare", "unknown-user", Failure("550 5.1.1 Usuario desconocido", language="es")),
    ("bare", "no-such-address", Failure("550 L'adresse du destinataire n'existe pas", language="fr")),
    ("bare", "unknown-user", Failure("550 5.1.1 Utente sconosciuto", language="it")),
    ("bare", "unknown-user", Failure("550 Gebruiker onbekend", language="nl")),
    ("bare", "no-such-recipient", Failure("550 5.1.1 Destinatário inexistente", language="pt")),
    ("bare", "user-unknown", Failure("550 User unknown")),
    ("bare", "to-the-sender", Failure("No such user", to="{sender_address}")),
]

"""Refusals of us: our host, its name, our sender, our reputation, our pace or our words. Never the lead's fault."""
# ruff: noqa: E501 -- an answer stands as its server gives it, on one line

from tests.inbound.corpus.dialects import Failure

MAILS: list[tuple[str, str, Failure]] = [
    # ----------------------------------------------------------- our host and what it calls itself
    (
        "postfix",
        "helo-not-qualified",
        Failure("504 5.5.2 <relay>: Helo command rejected: need fully-qualified hostname", "5.5.2"),
    ),
    (
        "postfix",
        "helo-not-found",
        Failure("450 4.7.1 <relay.example.com>: Helo command rejected: Host not found", "4.7.1"),
    ),
    (
        "postfix",
        "helo-invalid",
        Failure(
            "550 5.7.1 <{lead_address}>: Recipient address rejected: Mail appeared to be SPAM or forged. Ask your Mail/DNS-Administrator to correct HELO and DNS MX settings or to get removed from DNSBLs",
            "5.7.1",
        ),
    ),
    (
        "postfix",
        "no-reverse-name",
        Failure("550 5.7.25 Client host rejected: cannot find your reverse hostname, [192.0.2.10]", "5.7.25"),
    ),
    (
        "google",
        "no-ptr",
        Failure(
            "550-5.7.25 The IP address sending this message does not have a PTR record setup, or the 550-5.7.25 corresponding forward DNS entry does not match the sending IP. As a policy, 550 5.7.25 Gmail does not accept messages from IPs with missing PTR records. - gsmtp",
            "5.7.25",
            prose="Your message to {lead_address} has been blocked. See technical details below for more information.",
        ),
    ),
    (
        "postfix",
        "bad-ptr-gmx",
        Failure(
            "554 Bad DNS PTR resource record. For explanation visit https://postmaster.example.net/en/error-messages?ip=192.0.2.10&c=rdns",
            "5.0.0",
            language="de",
        ),
    ),
    # -------------------------------------------------------------------------------- our sender
    (
        "postfix",
        "sender-domain-not-found",
        Failure("550 5.1.8 <{bounce_address}>: Sender address rejected: Domain not found", "5.1.8"),
    ),
    (
        "postfix",
        "sender-domain-no-mx",
        Failure("450 4.1.8 <{bounce_address}>: Sender address rejected: Domain not found", "4.1.8"),
    ),
    (
        "exim",
        "sender-verify-failed",
        Failure(
            "550-Verification failed for <{bounce_address}>\n    550-No Such User Here\n    550 Sender verify failed",
            "5.0.0",
        ),
    ),
    ("exchange", "sender-denied", Failure("550 5.1.0 <{sender_address}> sender rejected", "5.1.0")),
    (
        "postfix",
        "sender-dns-gmx",
        Failure(
            "550 Requested action not taken: mailbox unavailable. invalid DNS MX or A/AAAA resource record for sender domain {sender_domain}",
            "5.0.0",
            language="de",
            command="MAIL FROM",
        ),
    ),
    (
        "postfix",
        "sender-la-poste",
        Failure(
            "550 5.1.8 Emetteur invalide. Invalid Sender. LPN007_405",
            "5.1.8",
            language="fr",
            command="MAIL FROM",
        ),
    ),
    (
        "ses",
        "identity-not-verified",
        Failure(
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: {sender_address}",
            "5.0.0",
        ),
    ),
    # ----------------------------------------------------------------------- SPF, DKIM and DMARC
    (
        "exchange",
        "spf",
        Failure(
            "550 5.7.23 The message was rejected because of Sender Policy Framework violation -> 550 5.7.23 Recipient address rejected: Message rejected due to: SPF fail - not authorized",
            "5.7.23",
        ),
    ),
    (
        "google",
        "unauthenticated",
        Failure(
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated. 550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp",
            "5.7.26",
            prose="Your message to {lead_address} has been blocked.",
        ),
    ),
    (
        "google",
        "dmarc",
        Failure(
            "550-5.7.26 Unauthenticated email from {sender_domain} is not accepted due to domain's 550-5.7.26 DMARC policy. - gsmtp",
            "5.7.26",
            prose="Your message to {lead_address} has been blocked.",
        ),
    ),
    (
        "exchange",
        "authentication-level",
        Failure(
            "550 5.7.515 Access denied, sending domain {sender_domain} doesn't meet the required authentication level. The sender's domain in the 5322.From address doesn't meet the authentication requirements.",
            "5.7.515",
        ),
    ),
    (
        "exchange",
        "dmarc",
        Failure(
            "550 5.7.509 Access denied, sending domain {sender_domain} does not pass DMARC verification and has a DMARC policy of reject.",
            "5.7.509",
            language="fr",
        ),
    ),
    (
        "postfix",
        "dmarc-la-poste",
        Failure(
            "550 5.7.0 Le message ne respecte pas la politique DMARC du domaine. DMARC policy rejection. LPN007_517",
            "5.7.0",
            language="fr",
            command="end of DATA",
        ),
    ),
    # --------------------------------------------------------------------------- reputation
    (
        "postfix",
        "blocklist",
        Failure(
            "554 5.7.1 Service unavailable; Client host [192.0.2.10] blocked using zen.dnsbl.example.org; https://www.example.org/query/ip/192.0.2.10",
            "5.7.1",
        ),
    ),
    (
        "postfix",
        "sender-on-blocklist-in-rcpt",
        Failure(
            "550 5.7.1 <{lead_address}>: Recipient address rejected: blocked using dnsbl.example.org, 192.0.2.10 is listed",
            "5.7.1",
        ),
    ),
    (
        "postfix",
        "microsoft-block-list",
        Failure(
            "550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3150).",
            "5.7.1",
            command="MAIL FROM",
        ),
    ),
    (
        "exchange",
        "banned-sender",
        Failure(
            "550 5.7.606 Access denied, banned sending IP [192.0.2.10]. To request removal from this list please visit https://sender.example.net/",
            "5.7.606",
            language="de",
        ),
    ),
    (
        "postfix",
        "yahoo-tss09",
        Failure(
            "553 5.7.2 [TSS09] All messages from 192.0.2.10 will be permanently deferred; Retrying will NOT succeed. See https://postmaster.example.net/421-ts03",
            "5.7.2",
            command="MAIL FROM",
        ),
    ),
    (
        "postfix",
        "yahoo-tss04",
        Failure(
            "421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1; see https://postmaster.example.net/error-codes",
            "4.7.0",
            "delayed",
            command="MAIL FROM",
        ),
    ),
    (
        "postfix",
        "t-online",
        Failure(
            "554 IP=192.0.2.10 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.example.net for reset. (NOWL)",
            "5.0.0",
            language="de",
            prose="host mx03.example.net[203.0.113.73] refused to talk to me: 554 IP=192.0.2.10 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.example.net for reset. (NOWL)",
        ),
    ),
    (
        "postfix",
        "orange-rejected",
        Failure(
            "550 5.7.1 Mail rejete. Mail rejected. OFR_506 [506]",
            "5.7.1",
            language="fr",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "sfr-behaviour",
        Failure(
            "450 4.7.1 Service refuse. Service refused due to bad behavior. SFR_IN_101",
            "4.7.1",
            "delayed",
            language="fr",
        ),
    ),
    (
        "filter",
        "barracuda-blocked",
        Failure(
            "554 Service unavailable; Client host [relay.example.com] blocked using Barracuda Reputation; https://reputation.example.net/lookups?ip_address=192.0.2.10"
        ),
    ),
    ("filter", "proofpoint-blocked", Failure("554 Blocked - see https://ipcheck.example.net/?ip=192.0.2.10")),
    (
        "filter",
        "mimecast-spoofing",
        Failure(
            "550 Rejected by header based Anti-Spoofing policy: {sender_address} - https://community.example.net/docs/DOC-1369#550"
        ),
    ),
    (
        "bare",
        "black-list",
        Failure("550 Acceso denegado: la IP 192.0.2.10 está en una lista negra", language="es"),
    ),
    ("bare", "black-list", Failure("554 Votre adresse IP 192.0.2.10 est sur liste noire", language="fr")),
    (
        "bare",
        "black-list",
        Failure("554 Ihre IP-Adresse 192.0.2.10 steht auf einer Sperrliste", language="de"),
    ),
    (
        "bare",
        "black-list",
        Failure("550 Il server mittente 192.0.2.10 è presente in una blacklist", language="it"),
    ),
    # ------------------------------------------------------------------------------ our pace
    (
        "google",
        "unusual-rate",
        Failure(
            "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from 421-4.7.28 your IP address. To protect our users from spam, mail sent from your IP 421-4.7.28 address has been temporarily rate limited. - gsmtp",
            "4.7.28",
            "delayed",
            prose="There was a temporary problem delivering your message to {lead_address}.",
        ),
    ),
    (
        "postfix",
        "orange-connections",
        Failure(
            "421 Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]",
            "4.0.0",
            "delayed",
            language="fr",
            prose="host mx.example.net[203.0.113.25] refused to talk to me: 421 Trop de connexions, veuillez verifier votre configuration. Too many connections, slow down. OFR004_104 [104]",
        ),
    ),
    (
        "exchange",
        "rate-limited",
        Failure(
            "451 4.7.650 The mail server [192.0.2.10] has been temporarily rate limited due to IP reputation.",
            "4.7.650",
            "delayed",
        ),
    ),
    (
        "google",
        "daily-limit",
        Failure(
            "550-5.4.5 Daily user sending limit exceeded. For more information on sending limits go to https://support.example.com/a/answer/166852 - gsmtp",
            "5.4.5",
            prose="You have reached a limit for sending mail. Your message was not sent.",
        ),
    ),
    # ----------------------------------------------------------------------------- our words
    (
        "postfix",
        "content-filter",
        Failure("550 5.7.1 Message rejected as spam by Content Filtering.", "5.7.1", command="end of DATA"),
    ),
    (
        "exim",
        "spam-points",
        Failure("550 This message was classified as SPAM and may not be delivered (8.3 points)", "5.0.0"),
    ),
    (
        "postfix",
        "policy-gmx",
        Failure(
            "554 Transaction failed. Reject due to policy restrictions. For explanation visit https://postmaster.example.net/en/error-messages?c=hi",
            "5.0.0",
            language="de",
            command="end of DATA",
        ),
    ),
    (
        "postfix",
        "yahoo-policy",
        Failure(
            "554 5.7.9 Message not accepted for policy reasons. See https://postmaster.example.net/error-codes",
            "5.7.9",
            command="end of DATA",
        ),
    ),
    (
        "exchange-server",
        "spam",
        Failure(
            "550 5.7.1 Message rejected due to content restrictions",
            "5.7.1",
            language="es",
            prose="El mensaje ha sido rechazado por el filtro de contenido de la organización.",
        ),
    ),
    (
        "domino",
        "policy",
        Failure("554 5.7.1 Message considered spam by the mail policy of this server", "5.7.1"),
    ),
    (
        "exchange-server",
        "spf",
        Failure(
            "550 5.7.1 SPF fail: 192.0.2.10 is not allowed to send mail from {sender_domain}",
            "5.7.1",
            language="es",
            prose="El servidor remitente no está autorizado a enviar correo de este dominio.",
        ),
    ),
    (
        "postfix",
        "no-reverse-name",
        Failure(
            "550 5.7.1 El servidor 192.0.2.10 no tiene registro PTR (DNS inverso)", "5.7.1", language="es"
        ),
    ),
    (
        "postfix",
        "missing-ptr",
        Failure(
            "554 5.7.1 Kein gueltiger PTR-Eintrag fuer 192.0.2.10, Verbindung abgelehnt",
            "5.7.1",
            language="de",
            command="EHLO",
        ),
    ),
    (
        "postfix",
        "sender-not-found",
        Failure(
            "553 5.1.8 Le domaine de l'expediteur {sender_domain} est introuvable",
            "5.1.8",
            language="fr",
            command="MAIL FROM",
        ),
    ),
]

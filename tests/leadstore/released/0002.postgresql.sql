CREATE TABLE public.address (
    id bigint NOT NULL,
    address character varying(320) NOT NULL,
    lead_id bigint NOT NULL,
    current boolean NOT NULL,
    own_cap character varying(60),
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.address_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.address_id_seq OWNED BY public.address.id;
CREATE TABLE public.consent (
    address_id bigint NOT NULL,
    topic character varying(80) NOT NULL,
    state character varying(12) NOT NULL,
    basis character varying(24) NOT NULL,
    proof character varying NOT NULL,
    source character varying NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE TABLE public.consent_change (
    id bigint NOT NULL,
    address_id bigint NOT NULL,
    topic character varying(80) NOT NULL,
    state character varying(12) NOT NULL,
    basis character varying(24) NOT NULL,
    proof character varying NOT NULL,
    source character varying NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.consent_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.consent_change_id_seq OWNED BY public.consent_change.id;
CREATE TABLE public.decision (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    enrolment_id bigint,
    sequence character varying(120) NOT NULL,
    step character varying(200) NOT NULL,
    occurrence integer NOT NULL,
    verdict character varying(8) NOT NULL,
    reason character varying(40) NOT NULL,
    until timestamp with time zone,
    detail jsonb NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.decision_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.decision_id_seq OWNED BY public.decision.id;
CREATE TABLE public.enrolment (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    sequence character varying(120) NOT NULL,
    entry_key character varying(200) NOT NULL,
    run integer NOT NULL,
    version character varying(64) NOT NULL,
    release_id bigint NOT NULL,
    state character varying(12) NOT NULL,
    step character varying(200) NOT NULL,
    occurrence integer NOT NULL,
    step_since timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    first_due_at timestamp with time zone NOT NULL,
    priority integer NOT NULL,
    signal_id bigint,
    requested boolean NOT NULL,
    retries integer NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    reason character varying(40),
    lease_until timestamp with time zone,
    frozen integer DEFAULT 0 NOT NULL
);
CREATE SEQUENCE public.enrolment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.enrolment_id_seq OWNED BY public.enrolment.id;
CREATE TABLE public.halt (
    sequence character varying(120) NOT NULL,
    kind character varying(8) NOT NULL,
    since timestamp with time zone NOT NULL
);
CREATE TABLE public.handoff (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    cycle integer NOT NULL,
    state character varying(12) NOT NULL,
    seller character varying(80),
    cause character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    offered_at timestamp with time zone,
    due_at timestamp with time zone,
    answered_at timestamp with time zone,
    answer character varying NOT NULL
);
CREATE SEQUENCE public.handoff_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.handoff_id_seq OWNED BY public.handoff.id;
CREATE TABLE public.import_run (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    line integer NOT NULL,
    counts jsonb NOT NULL,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone
);
CREATE SEQUENCE public.import_run_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.import_run_id_seq OWNED BY public.import_run.id;
CREATE TABLE public.lead (
    id bigint NOT NULL,
    key character varying(200),
    first_name character varying,
    last_name character varying,
    company character varying,
    job_title character varying,
    phone character varying,
    country character varying(2),
    language character varying(20),
    zone character varying(64),
    attributes jsonb NOT NULL,
    stage character varying(20) NOT NULL,
    fit double precision NOT NULL,
    engagement double precision NOT NULL,
    grade character varying(1) NOT NULL,
    heat integer NOT NULL,
    terms jsonb NOT NULL,
    score_as_of timestamp with time zone,
    recheck_at timestamp with time zone,
    mature boolean NOT NULL,
    cycle integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    live boolean NOT NULL,
    changed boolean NOT NULL,
    merged_into bigint
);
CREATE SEQUENCE public.lead_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.lead_id_seq OWNED BY public.lead.id;
CREATE TABLE public.lock (
    name character varying(40) NOT NULL,
    holder character varying(120) NOT NULL,
    lease_until timestamp with time zone NOT NULL
);
CREATE TABLE public.note (
    name character varying(40) NOT NULL,
    value character varying NOT NULL
);
CREATE TABLE public.nurture_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    kind character varying(8) NOT NULL,
    lead_id bigint,
    address_id bigint,
    enrolment_id bigint,
    handoff_id bigint,
    sequence character varying(120) NOT NULL,
    step character varying(200) NOT NULL,
    occurrence integer NOT NULL,
    template character varying(200) NOT NULL,
    topic character varying(80) NOT NULL,
    purpose character varying(12) NOT NULL,
    asset character varying(120),
    recipient character varying(320),
    payload jsonb NOT NULL,
    dedupe character varying(200),
    message_id character varying(120) NOT NULL,
    state character varying(10) NOT NULL,
    attempt integer NOT NULL,
    worker character varying(80),
    lease_until timestamp with time zone,
    due_at timestamp with time zone NOT NULL,
    first_due_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    slot_at timestamp with time zone,
    started_at timestamp with time zone,
    settled_at timestamp with time zone,
    code integer,
    reply character varying NOT NULL,
    reason character varying(40) NOT NULL,
    created_at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.outbox_id_seq OWNED BY public.outbox.id;
CREATE TABLE public.release (
    id bigint NOT NULL,
    digest character varying(64) NOT NULL,
    files jsonb NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    current boolean NOT NULL
);
CREATE SEQUENCE public.release_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.release_id_seq OWNED BY public.release.id;
CREATE TABLE public.route (
    name character varying(255) NOT NULL,
    next_at timestamp with time zone,
    queue_at timestamp with time zone,
    day date,
    used integer NOT NULL,
    closed_until timestamp with time zone,
    closings integer NOT NULL,
    probing boolean NOT NULL,
    cause character varying(10),
    code integer,
    reply character varying NOT NULL,
    since timestamp with time zone,
    taken integer NOT NULL,
    refused integer NOT NULL,
    pace double precision,
    paced_at timestamp with time zone
);
CREATE TABLE public.score_history (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    fit double precision NOT NULL,
    engagement double precision NOT NULL,
    grade character varying(1) NOT NULL,
    heat integer NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.score_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.score_history_id_seq OWNED BY public.score_history.id;
CREATE TABLE public.seller (
    name character varying(80) NOT NULL,
    offered integer NOT NULL,
    last_offered_at timestamp with time zone
);
CREATE TABLE public.signal (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    type character varying(80) NOT NULL,
    properties jsonb NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone NOT NULL,
    source character varying(80) NOT NULL,
    source_id character varying(200) NOT NULL,
    machine boolean NOT NULL,
    live boolean NOT NULL,
    pending boolean NOT NULL
);
CREATE SEQUENCE public.signal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.signal_id_seq OWNED BY public.signal.id;
CREATE TABLE public.stage_change (
    id bigint NOT NULL,
    lead_id bigint NOT NULL,
    before character varying(20) NOT NULL,
    after character varying(20) NOT NULL,
    cause character varying(200) NOT NULL,
    at timestamp with time zone NOT NULL
);
CREATE SEQUENCE public.stage_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.stage_change_id_seq OWNED BY public.stage_change.id;
CREATE TABLE public.suppression (
    id bigint NOT NULL,
    address_id bigint NOT NULL,
    reason character varying(12) NOT NULL,
    source character varying NOT NULL,
    at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone
);
CREATE SEQUENCE public.suppression_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
ALTER SEQUENCE public.suppression_id_seq OWNED BY public.suppression.id;
ALTER TABLE ONLY public.address ALTER COLUMN id SET DEFAULT nextval('public.address_id_seq'::regclass);
ALTER TABLE ONLY public.consent_change ALTER COLUMN id SET DEFAULT nextval('public.consent_change_id_seq'::regclass);
ALTER TABLE ONLY public.decision ALTER COLUMN id SET DEFAULT nextval('public.decision_id_seq'::regclass);
ALTER TABLE ONLY public.enrolment ALTER COLUMN id SET DEFAULT nextval('public.enrolment_id_seq'::regclass);
ALTER TABLE ONLY public.handoff ALTER COLUMN id SET DEFAULT nextval('public.handoff_id_seq'::regclass);
ALTER TABLE ONLY public.import_run ALTER COLUMN id SET DEFAULT nextval('public.import_run_id_seq'::regclass);
ALTER TABLE ONLY public.lead ALTER COLUMN id SET DEFAULT nextval('public.lead_id_seq'::regclass);
ALTER TABLE ONLY public.outbox ALTER COLUMN id SET DEFAULT nextval('public.outbox_id_seq'::regclass);
ALTER TABLE ONLY public.release ALTER COLUMN id SET DEFAULT nextval('public.release_id_seq'::regclass);
ALTER TABLE ONLY public.score_history ALTER COLUMN id SET DEFAULT nextval('public.score_history_id_seq'::regclass);
ALTER TABLE ONLY public.signal ALTER COLUMN id SET DEFAULT nextval('public.signal_id_seq'::regclass);
ALTER TABLE ONLY public.stage_change ALTER COLUMN id SET DEFAULT nextval('public.stage_change_id_seq'::regclass);
ALTER TABLE ONLY public.suppression ALTER COLUMN id SET DEFAULT nextval('public.suppression_id_seq'::regclass);
INSERT INTO public.address VALUES (1, 'ada@leads.example', 1, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (2, 'ben@leads.example', 2, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (3, 'cleo@leads.example', 3, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (4, 'dora@leads.example', 4, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (5, 'emil@leads.example', 5, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (6, 'fay@leads.example', 6, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (7, 'gus@leads.example', 7, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (8, 'hana@leads.example', 8, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (9, 'nora@leads.example', 9, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (10, 'jo@leads.example', 10, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (11, 'otto@leads.example', 11, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (12, 'ivo@leads.example', 12, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (13, 'lea@leads.example', 13, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (14, 'iris@leads.example', 14, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.address VALUES (15, 'kit@leads.example', 15, true, NULL, '2027-06-15 12:00:00+00');
INSERT INTO public.consent VALUES (1, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (2, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (3, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (4, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (5, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (6, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (8, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (9, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (10, 'guides', 'pending', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (11, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (7, 'guides', 'withdrawn', 'opt_in', '', 'page', '2027-06-15 11:00:00+00');
INSERT INTO public.consent VALUES (7, '*', 'withdrawn', 'opt_in', '', 'page', '2027-06-15 11:00:00+00');
INSERT INTO public.consent VALUES (12, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (13, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (14, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent VALUES (15, 'guides', 'granted', 'opt_in', '', 'test', '2027-06-15 10:00:00+00');
INSERT INTO public.consent_change VALUES (1, 7, 'guides', 'withdrawn', 'opt_in', '', 'page', '2027-06-15 11:00:00+00');
INSERT INTO public.consent_change VALUES (2, 7, '*', 'withdrawn', 'opt_in', '', 'page', '2027-06-15 11:00:00+00');
INSERT INTO public.decision VALUES (1, 1, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (2, 2, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (3, 3, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (4, 4, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (5, 5, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (6, 6, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (7, 7, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (8, 8, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (9, 9, NULL, 'follow', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (10, 10, NULL, 'follow', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (11, 11, NULL, 'hurry', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (12, 9, NULL, 'case-study', '', 1, 'refuse', 'consent_missing', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (13, 10, NULL, 'case-study', '', 1, 'refuse', 'consent_missing', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (14, 1, 1, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (15, 2, 2, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (16, 3, 3, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (17, 4, 4, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (18, 5, 5, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (19, 6, 6, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (20, 7, 7, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (21, 8, 8, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (22, 9, 9, 'follow', 'white-paper/short-version', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (23, 10, 10, 'follow', 'white-paper/short-version', 1, 'wait', 'consent_pending', '2027-06-22 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (24, 11, 11, 'hurry', 'white-paper/checklist', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (25, 1, 1, 'white-paper', 'time-to-open', 1, 'wait', 'wait', '2027-06-18 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (26, 2, 2, 'white-paper', 'time-to-open', 1, 'wait', 'wait', '2027-06-18 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (27, 4, 4, 'white-paper', 'time-to-open', 1, 'wait', 'wait', '2027-06-18 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (28, 7, 7, 'white-paper', 'time-to-open', 1, 'wait', 'wait', '2027-06-18 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (29, 8, 8, 'white-paper', 'time-to-open', 1, 'wait', 'wait', '2027-06-18 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (30, 9, 9, 'follow', 'wait', 1, 'wait', 'wait', '2027-06-23 10:00:00+00', '{}', '2027-06-15 10:00:00+00');
INSERT INTO public.decision VALUES (31, 3, 3, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 10:30:00+00');
INSERT INTO public.decision VALUES (32, 2, NULL, 'case-study', '', 1, 'refuse', 'consent_missing', NULL, '{}', '2027-06-15 11:00:00+00');
INSERT INTO public.decision VALUES (33, 3, 3, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 11:00:00+00');
INSERT INTO public.decision VALUES (34, 7, 7, 'white-paper', 'time-to-open', 1, 'stop', 'consent_withdrawn', NULL, '{}', '2027-06-15 11:00:00+00');
INSERT INTO public.decision VALUES (35, 12, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 11:01:00+00');
INSERT INTO public.decision VALUES (36, 12, 12, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 11:01:00+00');
INSERT INTO public.decision VALUES (37, 13, NULL, 'white-paper', '', 1, 'enter', 'entered', NULL, '{}', '2027-06-15 11:01:00+00');
INSERT INTO public.decision VALUES (38, 13, 13, 'white-paper', 'white-paper/deliver', 1, 'send', 'due', NULL, '{}', '2027-06-15 11:01:00+00');
INSERT INTO public.enrolment VALUES (10, 10, 'follow', '', 1, 'b765147274e3714e916c1e80c78327153452fa9eae88e1f5d83b1b43ea1c59cb', 1, 'active', 'white-paper/short-version', 1, '2027-06-15 10:00:00+00', '2027-06-22 10:00:00+00', '2027-06-15 10:00:00+00', 50, 10, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (5, 5, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'stopped', 'white-paper/deliver', 1, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 60, 5, true, 0, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'relay_refused', NULL, 0);
INSERT INTO public.enrolment VALUES (6, 6, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'stopped', 'white-paper/deliver', 1, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 60, 6, true, 0, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'relay_refused', NULL, 0);
INSERT INTO public.enrolment VALUES (11, 11, 'hurry', '', 1, '9a4b5cb956ff2ffc3a44c88e30d5534cb6c769b6e355bc033328fe88f57419a0', 1, 'held', 'white-paper/checklist', 1, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 50, 11, true, 0, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'relay_said_later', NULL, 0);
INSERT INTO public.enrolment VALUES (1, 1, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'time-to-open', 1, '2027-06-15 10:00:00+00', '2027-06-18 10:00:00+00', '2027-06-15 10:00:00+00', 60, 1, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (4, 4, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'time-to-open', 1, '2027-06-15 10:00:00+00', '2027-06-18 10:00:00+00', '2027-06-15 10:00:00+00', 60, 4, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (9, 9, 'follow', '', 1, 'b765147274e3714e916c1e80c78327153452fa9eae88e1f5d83b1b43ea1c59cb', 1, 'active', 'wait', 1, '2027-06-15 10:00:00+00', '2027-06-23 10:00:00+00', '2027-06-15 10:00:00+00', 50, 9, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (2, 2, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'time-to-open', 1, '2027-06-15 10:00:00+00', '2027-06-18 10:00:00+00', '2027-06-15 10:00:00+00', 60, 2, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (7, 7, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'stopped', 'time-to-open', 1, '2027-06-15 10:00:00+00', '2027-06-15 11:00:00+00', '2027-06-15 10:00:00+00', 60, 7, true, 0, '2027-06-15 10:00:00+00', '2027-06-15 11:00:00+00', 'consent_withdrawn', NULL, 0);
INSERT INTO public.enrolment VALUES (8, 8, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'time-to-open', 1, '2027-06-15 10:00:00+00', '2027-06-18 10:00:00+00', '2027-06-15 10:00:00+00', 60, 8, true, 0, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (3, 3, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'white-paper/deliver', 1, '2027-06-15 10:00:00+00', '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', 60, 3, true, 3, '2027-06-15 10:00:00+00', NULL, NULL, NULL, 0);
INSERT INTO public.enrolment VALUES (12, 12, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'white-paper/deliver', 1, '2027-06-15 11:01:00+00', '2027-06-15 11:16:00+00', '2027-06-15 11:01:00+00', 60, 21, true, 0, '2027-06-15 11:01:00+00', NULL, NULL, '2027-06-15 11:16:00+00', 0);
INSERT INTO public.enrolment VALUES (13, 13, 'white-paper', '', 1, '5f5aca9a7ef1d2f8033cca7822f7cad8bf2596cd46be7c62ec0354d6b38ebf7b', 1, 'active', 'white-paper/deliver', 1, '2027-06-15 11:01:00+00', '2027-06-15 11:16:00+00', '2027-06-15 11:01:00+00', 60, 22, true, 0, '2027-06-15 11:01:00+00', NULL, NULL, '2027-06-15 11:16:00+00', 0);
INSERT INTO public.handoff VALUES (1, 8, 0, 'offered', 'Inès Carpentier', 'hand raise: call.requested', '2027-06-15 11:00:00+00', '2027-06-15 11:00:00+00', '2027-06-16 11:00:00+00', NULL, '');
INSERT INTO public.handoff VALUES (2, 14, 0, 'offered', 'Tom Ashworth', 'hand raise: demo.requested', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', '2027-06-16 11:01:00+00', NULL, '');
INSERT INTO public.lead VALUES (3, 'cleo', 'Cleo', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 3}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (4, 'dora', 'Dora', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 4}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (1, 'ada', 'Ada', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 1}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (2, 'ben', 'Ben', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 25.990377588337836, 'B', 3, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 12.0, "note": "", "rule": "downloaded something", "points": 12.0, "age_days": 0.0, "signal_id": 19}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 9.9904, "age_days": 0.042, "signal_id": 2}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 11:00:00+00', '2027-06-17 10:51:59.753551+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 11:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (5, 'emil', 'Emil', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 5}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (10, 'jo', 'Jo', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 24, 'B', 3, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 18.0, "note": "", "rule": "looked at pricing", "points": 18.0, "age_days": 0.0, "signal_id": 10}, {"axis": "engagement", "base": 2.0, "note": "", "rule": "visited the site", "points": 2.0, "age_days": 0.0, "signal_id": 10}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-06-27 11:47:29.655778+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (11, 'otto', 'Otto', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 6, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 2.0, "note": "", "rule": "visited the site", "points": 2.0, "age_days": 0.0, "signal_id": 11}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', NULL, false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (6, 'fay', 'Fay', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 6}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (7, 'gus', 'Gus', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 7}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-07-07 12:36:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (9, 'nora', 'Nora', NULL, NULL, 'Head of Security', NULL, 'FR', 'fr', 'Europe/Paris', '{}', 'prospect', 55, 24, 'B', 3, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 18.0, "note": "", "rule": "looked at pricing", "points": 18.0, "age_days": 0.0, "signal_id": 9}, {"axis": "engagement", "base": 2.0, "note": "", "rule": "visited the site", "points": 2.0, "age_days": 0.0, "signal_id": 9}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 10:00:00+00', '2027-06-27 11:47:29.655778+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (8, 'hana', 'Hana', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'mql', 55, 63.990377588337836, 'B', 1, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 9.9904, "age_days": 0.042, "signal_id": 8}, {"axis": "engagement", "base": 50.0, "note": "", "rule": "asked for a call", "points": 50.0, "age_days": 0.0, "signal_id": 20}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 11:00:00+00', '2027-06-20 14:00:30.509632+00', true, 0, '2027-06-15 12:00:00+00', '2027-06-15 11:00:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (14, 'iris', 'Iris', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'mql', 55, 64, 'B', 1, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 60.0, "note": "", "rule": "asked for a demo", "points": 60.0, "age_days": 0.0, "signal_id": 23}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 11:01:00+00', '2027-06-21 10:20:40.031864+00', true, 0, '2027-06-15 12:00:00+00', '2027-06-15 11:01:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (12, 'ivo', 'Ivo', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 21}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 11:01:00+00', '2027-07-07 13:37:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 11:01:00+00', true, false, NULL);
INSERT INTO public.lead VALUES (15, 'kit', 'Kit', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'lead', 0, 0, 'D', 4, '[]', NULL, NULL, false, 0, '2027-06-15 12:00:00+00', '2027-06-15 12:00:00+00', true, true, NULL);
INSERT INTO public.lead VALUES (13, 'lea', 'Lea', NULL, NULL, 'Head of Security', NULL, 'FR', NULL, 'Europe/Paris', '{}', 'prospect', 55, 14, 'B', 4, '[{"axis": "fit", "base": 30.0, "note": "", "rule": "leads security or IT", "points": 30.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 15.0, "note": "", "rule": "works in security, IT or compliance", "points": 15.0, "age_days": null, "signal_id": null}, {"axis": "fit", "base": 10.0, "note": "", "rule": "where we sell", "points": 10.0, "age_days": null, "signal_id": null}, {"axis": "engagement", "base": 10.0, "note": "", "rule": "asked for a guide", "points": 10.0, "age_days": 0.0, "signal_id": 22}, {"axis": "engagement", "base": 4.0, "note": "active in 1 of 6 weeks", "rule": "comes back week after week", "points": 4.0, "age_days": null, "signal_id": null}]', '2027-06-15 11:01:00+00', '2027-07-07 13:37:07.064708+00', false, 0, '2027-06-15 12:00:00+00', '2027-06-15 11:01:00+00', true, false, NULL);
INSERT INTO public.note VALUES ('store_id', '2c16852b268e4574be228b5abe77c653');
INSERT INTO public.note VALUES ('scored_by', 'acb86377b97abc284c7ed8b05a69ec20:687c5ff1f97e06fc0086df89048af5d9');
INSERT INTO public.note VALUES ('thinning', '2027-06-15T10:00:00+00:00 end');
INSERT INTO public.note VALUES ('standing_sweep_at', '2027-06-15T11:00:00+00:00');
INSERT INTO public.nurture_version VALUES ('0002');
INSERT INTO public.outbox VALUES (10, 'touch', 10, 10, 10, NULL, 'follow', 'white-paper/short-version', 1, 'white-paper/short-version', 'guides', 'marketing', 'security-guide', NULL, '{}', NULL, '<nurture.72d2d3d1dc5b0cee9c6092549eec9be6@verrou.example>', 'planned', 0, NULL, NULL, '2027-06-22 10:00:00+00', '2027-06-15 10:00:00+00', NULL, NULL, NULL, NULL, NULL, '', 'consent_pending', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (1, 'touch', 1, 1, 1, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.cf8866adabdcae31935464eaebca43f3@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 250, 'taken', 'due', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (2, 'touch', 2, 2, 2, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.12327f47bdceac95b3eb61ea5ed2cb9f@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 250, 'taken', 'due', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (4, 'touch', 4, 4, 4, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.4d7af9b4a43a5626232d971f1a47ec6c@verrou.example>', 'uncertain', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, 'lost after the dot', 'no_answer', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (5, 'touch', 5, 5, 5, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.586ddbd9665b89387cabf3aa8e3c69c0@verrou.example>', 'refused', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 552, '5.3.4 message too big', 'relay_refused', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (3, 'touch', 3, 3, 3, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.a2ff2a1e7df5ecc8a1b3529a7c4d3e44@verrou.example>', 'planned', 3, 'test', NULL, '2027-06-15 12:00:00+00', '2027-06-15 10:00:00+00', NULL, NULL, '2027-06-15 11:00:00+00', NULL, 451, '4.3.0 try again later', 'relay_said_later', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (7, 'touch', 7, 7, 7, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.1060971f77941c0a30443475452e3833@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 250, 'taken', 'due', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (8, 'touch', 8, 8, 8, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.f6cbcc991f17c46e05d96160517b7663@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 250, 'taken', 'due', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (9, 'touch', 9, 9, 9, NULL, 'follow', 'white-paper/short-version', 1, 'white-paper/short-version', 'guides', 'marketing', 'security-guide', NULL, '{}', NULL, '<nurture.51dcb2a205a4f631ac2968176f2b901a@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 250, 'taken', 'due', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (6, 'touch', 6, 6, 6, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.5f811021c6be35ebe4964de9df3cc1b4@verrou.example>', 'refused', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', NULL, NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 550, '5.1.1 no such user', 'relay_refused', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (11, 'touch', 11, 11, 11, NULL, 'hurry', 'white-paper/checklist', 1, 'white-paper/checklist', 'guides', 'marketing', 'review-checklist', NULL, '{}', NULL, '<nurture.c03721f01903a782fbfcdd547231a323@verrou.example>', 'failed', 1, 'test', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', '2027-06-15 10:02:00+00', NULL, '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 451, '4.3.0 try again later', 'relay_said_later', '2027-06-15 10:00:00+00');
INSERT INTO public.outbox VALUES (12, 'seller', 8, NULL, NULL, 1, '', '', 1, 'seller/handoff', '', 'service', NULL, 'ines@verrou.example', '{"cause": "hand raise: call.requested", "seller": "Inès Carpentier"}', 'handoff:1:offer', '<nurture.3a396b225b588b1972d046b8c550ec75@verrou.example>', 'sent', 1, 'test', NULL, '2027-06-15 11:00:00+00', '2027-06-15 11:00:00+00', NULL, NULL, '2027-06-15 11:00:00+00', '2027-06-15 11:00:00+00', 250, 'taken', 'due', '2027-06-15 11:00:00+00');
INSERT INTO public.outbox VALUES (13, 'touch', 12, 12, 12, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.e7cb55f25495df0200ace1e895b7a5b4@verrou.example>', 'claimed', 1, 'test', '2027-06-15 11:16:00+00', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', NULL, '2027-06-15 11:01:00+00', NULL, NULL, NULL, '', 'due', '2027-06-15 11:01:00+00');
INSERT INTO public.outbox VALUES (14, 'touch', 13, 13, 13, NULL, 'white-paper', 'white-paper/deliver', 1, 'white-paper/deliver', 'guides', 'service', 'security-guide', NULL, '{}', NULL, '<nurture.f97822d72845c8a7d576de88b7f14553@verrou.example>', 'started', 1, 'test', '2027-06-15 11:16:00+00', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', NULL, '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', NULL, NULL, '', 'due', '2027-06-15 11:01:00+00');
INSERT INTO public.outbox VALUES (15, 'seller', 14, NULL, NULL, 2, '', '', 1, 'seller/handoff', '', 'service', NULL, 'tom@verrou.example', '{"cause": "hand raise: demo.requested", "seller": "Tom Ashworth"}', 'handoff:2:offer', '<nurture.7b3727d8367fc4e2cd98e9103b306e2e@verrou.example>', 'planned', 0, NULL, NULL, '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', NULL, NULL, NULL, NULL, NULL, '', '', '2027-06-15 11:01:00+00');
INSERT INTO public.release VALUES (1, 'd2f83131576444725faf54d30c36d731608d609b02a77417a8ff1ef9a0f03656', '{"catalog.yaml": "# yaml-language-server: $schema=.nurture/schema/catalog.json\n# What the sequences, the templates and the scoring rules refer to by name.\ntopics:\n  guides:\n    title: guides on access security\n    accepts: [opt_in, double_opt_in, legitimate_interest, imported]\n  case-studies:\n    title: customer stories\n    accepts: [opt_in, double_opt_in, legitimate_interest, imported]\n    caps: [1 per 3 days]\n  webinars:\n    title: live sessions\n    accepts: [opt_in, double_opt_in, imported]\n\nassets:\n  security-guide:\n    title: Who still has the keys?\n    url: https://www.verrou.example/guides/who-still-has-the-keys\n    funnel: tofu\n    languages: [en, fr]\n    topic: guides\n  review-checklist:\n    title: The 30-minute access review\n    url: https://www.verrou.example/guides/30-minute-access-review\n    funnel: mofu\n    languages: [en, fr]\n    topic: guides\n  auditor-questions:\n    title: Nine questions your auditor will ask\n    url: https://www.verrou.example/guides/nine-auditor-questions\n    funnel: bofu\n    languages: [en, fr]\n    topic: guides\n  lumen-story:\n    title: How Lumen Logistics reviewed 4,200 accounts in four days\n    url: https://www.verrou.example/customers/lumen-logistics\n    funnel: mofu\n    languages: [en, fr]\n    topic: case-studies\n  cost-worksheet:\n    title: What does your access review cost?\n    url: https://www.verrou.example/worksheets/review-cost\n    funnel: bofu\n    languages: [en, fr]\n    topic: case-studies\n\nwebinars:\n  live-review:\n    title: Watch a real access review, start to finish\n    starts_at: 2027-01-21T10:00:00Z\n    length: 45 minutes\n    register_url: https://www.verrou.example/live/access-review\n    join_url: https://www.verrou.example/live/access-review/join\n    replay_url: https://www.verrou.example/live/access-review/replay\n\nattributes:\n  industry: text\n  employees: number\n  interest: text\n\nsegments:\n  not_in_sales: lead.stage in [\"subscriber\", \"lead\", \"prospect\"]\n  good_fit: lead.fit >= 40\n  possible_fit: lead.fit >= 20\n", "nurture.yaml": "# yaml-language-server: $schema=.nurture/schema/policy.json\n# The policy: who sends, how often at most, when, and what counts as ready for sales.\ncompany:\n  name: Verrou\n  postal_address: 18 rue des Petites-Écuries, 75010 Paris, France\n  website: https://www.verrou.example\n  country: FR\n\nsender:\n  name: Marion Delcourt\n  address: marion@verrou.example\n  reply_to: hello@verrou.example\n\nzone: Europe/Paris          # used when a lead has neither a zone nor a country\ncountry: FR                 # whose holidays count for leads without a country\nlanguage: en                # templates without a language in their name\nlanguages: [en, fr]\n\n# The law of every sequence. A step may wait longer, never less.\ncaps: [1 per 1 day, 2 per 7 days]\nwindow: {days: mon-fri, hours: \"08:00-18:00\"}\nquiet_hours: [\"21:00-07:00\"]\nholidays: true\nspread: 15 minutes\n\nconsent:\n  confirm_within: 7 days\n\n# Grade says who (fit), heat says when (engagement). A lead enters at a threshold\n# and leaves at the threshold minus the margin, so that it does not flicker.\nmaturity:\n  fit: {A: 60, B: 40, C: 20}\n  engagement: {1: 60, 2: 35, 3: 15}\n  margin: 5\n  matrix:                   # heat:  1           2        3        4\n    A: [fast-track, mql, nurture, nurture]\n    B: [mql, mql, nurture, nurture]\n    C: [mql, nurture, nurture, nurture]\n    D: [nurture, nurture, nurture, nurture]\n\nhandoff:\n  due: 1 day\n  sellers:\n    - {name: Inès Carpentier, address: ines@verrou.example, title: Account executive, language: fr}\n    - {name: Tom Ashworth, address: tom@verrou.example, title: Account executive, language: en}\n    - {name: Jonas Weidmann, address: jonas@verrou.example, title: Account executive, language: en}\n\nstages:                     # what this company calls them\n  mql: ready for sales\n  sal: with sales\n  sql: opportunity\n", "scoring.yaml": "# yaml-language-server: $schema=.nurture/schema/scoring.json\n# Fit says who: would this company buy, and can this person decide?\nfit:\n  - rule: leads security or IT\n    when: lead.job_title is contains(\"CISO\") or lead.job_title is contains(\"CIO\") or lead.job_title is contains(\"Head\") or lead.job_title is contains(\"Director\") or lead.job_title is contains(\"RSSI\") or lead.job_title is contains(\"DSI\")\n    points: 30\n  - rule: works in security, IT or compliance\n    when: lead.job_title is contains(\"Security\") or lead.job_title is contains(\"IT \") or lead.job_title is contains(\"Compliance\") or lead.job_title is contains(\"Audit\") or lead.job_title is contains(\"Sécurité\")\n    points: 15\n  - rule: company of the right size\n    when: lead.employees >= 200 and lead.employees <= 5000\n    points: 25\n  - rule: small company that is growing\n    when: lead.employees >= 50 and lead.employees < 200\n    points: 10\n  - rule: audited industry\n    when: lead.industry in [\"finance\", \"health\", \"logistics\", \"manufacturing\", \"public sector\"]\n    points: 20\n  - rule: where we sell\n    when: lead.country in [\"FR\", \"BE\", \"CH\", \"DE\", \"GB\", \"IE\", \"LU\", \"NL\"]\n    points: 10\n  - rule: student or job seeker\n    when: lead.job_title is contains(\"Student\") or lead.job_title is contains(\"Étudiant\")\n    points: -40\n\n# Engagement says when. Points fade by half in each half_life; opens never count.\nengagement:\n  max: 100\n  groups: {reading: 45, visits: 30}\n  rules:\n    - {rule: downloaded something, on: asset.downloaded, points: 12, half_life: 30 days, max: 36, group: reading}\n    - {rule: clicked in a mail, on: mail.clicked, points: 6, half_life: 21 days, max: 24, group: reading}\n    - {rule: asked for a guide, on: form.submitted, points: 10, half_life: 30 days, max: 20, group: reading}\n    - {rule: looked at pricing, on: page.visited, when: ''signal.page == \"pricing\"'', points: 18, half_life: 14 days, max: 30, group: visits}\n    - {rule: visited the site, on: page.visited, points: 2, half_life: 14 days, max: 10, group: visits}\n    - {rule: replied to a mail, on: mail.replied, points: 30, half_life: 30 days, max: 45}\n    - {rule: registered for a webinar, on: webinar.registered, points: 15, half_life: 30 days, max: 30}\n    - {rule: attended a webinar, on: webinar.attended, points: 25, half_life: 45 days, max: 50}\n    - {rule: asked for a demo, on: demo.requested, points: 60, half_life: 60 days, max: 60}\n    - {rule: asked for a call, on: call.requested, points: 50, half_life: 60 days, max: 50}\n    - {rule: visits before the import, on: history.summary, value: visits, points: 1.5, half_life: 60 days, max: 15, group: visits}\n  regularity: {rule: comes back week after week, points: 4, weeks: 6, max: 16}\n  unanswered: {rule: mails left unanswered, after: 3, points: -5, max: -15}\n", "sequences/hurry.yaml": "sequence: hurry\ntitle: News that is soon old\nfunnel: tofu\ntopic: guides\nenter: {on: page.visited, when: ''signal.page == \"news\"''}\nsteps:\n  - send: white-paper/checklist\n    expires: 2 minutes\n", "sequences/follow.yaml": "sequence: follow\ntitle: Two letters about reviews\nfunnel: tofu\ntopic: guides\nenter: {on: page.visited, when: ''signal.page == \"pricing\"''}\ngoal: demo.requested\nsteps:\n  - send: white-paper/short-version\n    repeat: allowed\n  - wait: 8 days\n  - send: white-paper/checklist\n", "templates/footer.md.j2": "{{ company.name }} writes to you about access security: guides, customer stories and live sessions. If that is no longer useful, [unsubscribe]({{ unsubscribe_url }}). It takes effect at once.\n\n{{ company.name }}, {{ company.postal_address }}\n", "templates/layout.html.j2": "<!DOCTYPE html>\n<html lang=\"{{ language }}\" xmlns:v=\"urn:schemas-microsoft-com:vml\" xmlns:o=\"urn:schemas-microsoft-com:office:office\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"x-apple-disable-message-reformatting\">\n<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no, url=no\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{{ subject }}</title>\n<!--[if mso]>\n<noscript><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript>\n<style>td, p, a, h1, h2, h3, li { font-family: Arial, sans-serif !important; }</style>\n<![endif]-->\n<style>\n  body { margin: 0; padding: 0; width: 100%; background-color: #f3f1ec; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }\n  table { border-collapse: separate; mso-table-lspace: 0; mso-table-rspace: 0; }\n  img { border: 0; max-width: 100%; height: auto; }\n  .preheader { display: none; max-height: 0; max-width: 0; overflow: hidden; opacity: 0; font-size: 1px; line-height: 1px; color: #f3f1ec; mso-hide: all; }\n  .page { width: 100%; background-color: #f3f1ec; }\n  .gutter { padding: 32px 16px 40px; }\n  .frame { width: 100%; max-width: 600px; margin: 0 auto; }\n  .brand { padding: 0 8px 20px; }\n  .mark { width: 30px; height: 30px; border-radius: 8px; background-color: #14594a; color: #ffffff; text-align: center; font: 700 16px/30px -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; }\n  .wordmark { padding-left: 10px; color: #1c2b28; font: 600 17px/30px -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; letter-spacing: 0.01em; }\n  .card { background-color: #ffffff; border: 1px solid #e6e2d9; border-radius: 14px; padding: 40px 44px 26px; color: #26302e; font: 400 17px/1.6 -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; }\n  .card h1 { margin: 0 0 18px; color: #14211e; font-size: 27px; line-height: 1.25; font-weight: 700; letter-spacing: -0.015em; }\n  .card h2 { margin: 30px 0 10px; color: #14211e; font-size: 19px; line-height: 1.35; font-weight: 700; }\n  .card p { margin: 0 0 18px; }\n  .card ul, .card ol { margin: 0 0 18px; padding: 0 0 0 24px; }\n  .card li { margin: 0 0 8px; padding-left: 4px; }\n  .card li p { margin: 0 0 8px; }\n  .card a { color: #14594a; text-decoration: underline; }\n  .card strong { color: #14211e; }\n  .card blockquote { margin: 4px 0 22px; padding: 2px 0 2px 20px; border-left: 3px solid #c9a24b; color: #3b4744; font-size: 18px; }\n  .card blockquote p { margin: 0 0 8px; }\n  .card hr { margin: 28px 0; border: 0; border-top: 1px solid #e6e2d9; }\n  .card code { font-family: ui-monospace, SFMono-Regular, Consolas, monospace; font-size: 15px; }\n  .button { margin: 8px 0 26px; }\n  .button-cell { border-radius: 9px; background-color: #14594a; mso-padding-alt: 14px 28px; }\n  .card .button-link { display: inline-block; padding: 14px 28px; border-radius: 9px; background-color: #14594a; color: #ffffff; font-size: 17px; line-height: 22px; font-weight: 600; text-decoration: none; }\n  .small { padding: 22px 12px 0; color: #63655f; font: 400 13px/1.6 -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; text-align: left; }\n  .small p { margin: 0 0 8px; }\n  .small a { color: #3c4a46; text-decoration: underline; }\n  @media (max-width: 480px) {\n    .gutter { padding: 20px 12px 28px !important; }\n    .card { padding: 28px 22px 14px !important; border-radius: 12px !important; }\n    .card h1 { font-size: 24px !important; }\n    .button { width: 100% !important; }\n    .card .button-link { display: block !important; padding: 15px 16px !important; }\n    .small { padding: 18px 8px 0 !important; }\n  }\n  @media (prefers-color-scheme: dark) {\n    body, .page { background-color: #121615 !important; }\n    .preheader { color: #121615 !important; }\n    .mark { background-color: #63c3a6 !important; color: #0d1a16 !important; }\n    .wordmark { color: #eef2ef !important; }\n    .card { background-color: #1b2120 !important; border-color: #2d3634 !important; color: #dde3e0 !important; }\n    .card h1, .card h2, .card strong { color: #f5f8f6 !important; }\n    .card a { color: #7fd3b9 !important; }\n    .card blockquote { color: #c7cfcb !important; border-left-color: #d7b463 !important; }\n    .card hr { border-top-color: #2d3634 !important; }\n    .button-cell, .card .button-link { background-color: #63c3a6 !important; }\n    .card .button-link { color: #0d1a16 !important; }\n    .small { color: #9aa39f !important; }\n    .small a { color: #c3cbc7 !important; }\n  }\n</style>\n</head>\n<body>\n<div class=\"preheader\">{% block preheader %}{% endblock %}&#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847; &#8199;&#65279;&#847;</div>\n<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tr><td class=\"gutter\" align=\"center\">\n<!--[if mso]><table role=\"presentation\" width=\"600\" align=\"center\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr><td><![endif]-->\n<table role=\"presentation\" class=\"frame\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tr><td class=\"brand\" align=\"left\">\n<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"><tr>\n<td class=\"mark\" width=\"30\" aria-hidden=\"true\">{{ company.name | first }}</td>\n<td class=\"wordmark\">{{ company.name }}</td>\n</tr></table>\n</td></tr>\n<tr><td class=\"card\" align=\"left\">\n{% block body %}{% endblock %}\n</td></tr>\n<tr><td class=\"small\" align=\"left\">\n{% block footer %}{% endblock %}\n</td></tr>\n</table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr>\n</table>\n</body>\n</html>\n", "sequences/case-study.yaml": "# yaml-language-server: $schema=../.nurture/schema/sequence.json\n# Leads who fit and have begun to look around: show how someone like them did it.\nsequence: case-study\ntitle: How Lumen Logistics did it\nfunnel: mofu\ntopic: case-studies\npriority: 40\nenter:\n  when: segment.good_fit and segment.not_in_sales and lead.engagement >= 15\nexit:\n  - when: lead.stage in [\"customer\", \"disqualified\"]\ngoal: demo.requested\nsteps:\n  - send: case-study/story\n  - wait: 5 days\n    id: after-story\n  - send: case-study/worksheet\n    over_cap: defer\n    defer_max: 10 days\n  - wait: 7 days\n    id: after-worksheet\n  - choose:\n      - when: lead.engagement >= 30 or signals.any(\"page.visited\", page=\"pricing\", within=\"14 days\")\n        steps:\n          - send: case-study/show-me\n      - otherwise:\n          - send: case-study/question\n            over_cap: skip\n", "templates/footer.fr.md.j2": "{{ company.name }} vous écrit au sujet de la sécurité des accès : guides, retours d’expérience et sessions en direct. Si cela ne vous est plus utile, [désabonnez-vous]({{ unsubscribe_url }}). L’effet est immédiat.\n\n{{ company.name }}, {{ company.postal_address }}\n", "sequences/white-paper.yaml": "# yaml-language-server: $schema=../.nurture/schema/sequence.json\n# Somebody asked for the guide: deliver it, see that it was read, offer the next thing to read.\nsequence: white-paper\ntitle: The access security guide\nfunnel: tofu\ntopic: guides\npriority: 60\nenter:\n  on: form.submitted\n  when: signal.asset == \"security-guide\"\n  again: 90 days after exit\nexit:\n  - when: lead.stage in [\"customer\", \"disqualified\"]\ngoal: demo.requested\nsteps:\n  - send: white-paper/deliver         # service mail: it was asked for\n    repeat: allowed\n  - wait: 3 days\n    id: time-to-open\n  - send: white-paper/reminder\n    unless: signals.any(\"asset.downloaded\", asset=\"security-guide\")\n    repeat: allowed\n    over_cap: skip\n    expires: 5 days\n  - wait_for: asset.downloaded\n    when: signal.asset == \"security-guide\"\n    before: counts\n    within: 7 days\n    then:\n      - wait: 3 days\n        id: time-to-read\n      - send: white-paper/checklist\n    otherwise:\n      - send: white-paper/short-version\n        repeat: allowed\n  - wait: 6 days\n    id: pause\n  - choose:\n      - when: lead.engagement >= 25\n        steps:\n          - send: white-paper/auditor-questions\n      - otherwise:\n          - end: not the moment; the standing sequences go on\n", "sequences/webinar-invite.yaml": "# yaml-language-server: $schema=../.nurture/schema/sequence.json\n# Invite to the live session, and remind once those who did not register.\n# Who registers goes on in webinar-registered; nobody is invited to what is over.\nsequence: webinar-invite\ntitle: The live access review\nfunnel: mofu\ntopic: webinars\npriority: 30\nwebinar: live-review\nenter:\n  when: segment.possible_fit and segment.not_in_sales and not signals.any(\"webinar.registered\", webinar=\"live-review\")\n  until: webinar.starts_at - 2 days\nexit:\n  - when: lead.stage in [\"customer\", \"disqualified\"]\ngoal:\n  when: signals.any(\"webinar.registered\", webinar=\"live-review\")\nwindow: {days: [tue, wed, thu], hours: \"09:00-12:00\"}\nsteps:\n  - send: webinar-invite/invitation\n    expires: webinar.starts_at - 2 days\n  - wait_for: webinar.registered\n    within: 6 days\n    then:\n      - end: registered\n    otherwise:\n      - send: webinar-invite/reminder\n        over_cap: skip\n        expires: webinar.starts_at - 3 hours\n", "templates/seller/footer.md.j2": "Sent automatically to the seller chosen for this lead. It holds personal data: please do not forward it outside {{ company.name }}.\n", "templates/seller/handoff.md.j2": "---\nsubject: \"Ready to talk: {{ brief.name }}{{ '', '' ~ brief.company if brief.company else '''' }}\"\npreheader: \"{{ brief.cause }}. Grade {{ brief.grade }}{{ brief.heat }}, answer by {{ brief.due or ''tomorrow'' }}.\"\npurpose: service\n---\n# {{ brief.name }}\n\n{% if brief.role %}\n{{ brief.role }}\n{% endif %}\n\n> Why now: {{ brief.cause }}.\n{% if brief.due %}\n\nPlease take this lead, or send it back with a reason, by **{{ brief.due }}**.\n{% endif %}\n\n**[Write to {{ brief.name }}](mailto:{{ brief.email }})**\n\n## What makes this a good lead\n\nGrade {{ brief.grade }}{{ brief.heat }}: fit {{ brief.fit }}, engagement {{ brief.engagement }}.\n\n{% for reason in brief.reasons %}\n- {{ reason.text }} ({{ reason.points }})\n{% endfor %}\n\n{% if brief.signals %}\n## What they did last\n\n{% for signal in brief.signals %}\n- {{ signal.what }}, {{ signal.when }}\n{% endfor %}\n{% endif %}\n\n{% if brief.read %}\n## What they have already read\n\n{% for title in brief.read %}\n- {{ title }}\n{% endfor %}\n{% endif %}\n\n## How to reach them\n\n{% for way in brief.reach %}\n- {{ way }}\n{% endfor %}\n\n## What to leave alone\n\n{% for limit in brief.limits %}\n- {{ limit }}\n{% endfor %}\n", "templates/seller/layout.html.j2": "<!DOCTYPE html>\n<html lang=\"{{ language }}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{{ subject }}</title>\n<style>\n  body { margin: 0; padding: 0; width: 100%; background-color: #ffffff; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }\n  .preheader { display: none; max-height: 0; max-width: 0; overflow: hidden; opacity: 0; font-size: 1px; line-height: 1px; color: #ffffff; mso-hide: all; }\n  .page { width: 100%; background-color: #ffffff; }\n  .sheet { max-width: 620px; padding: 28px 24px 32px; color: #1f2625; font: 400 16px/1.55 -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; }\n  .sheet h1 { margin: 0 0 4px; font-size: 23px; line-height: 1.3; }\n  .sheet h2 { margin: 26px 0 8px; font-size: 14px; line-height: 1.4; font-weight: 700; color: #14594a; }\n  .sheet p { margin: 0 0 12px; }\n  .sheet ul { margin: 0 0 12px; padding: 0 0 0 20px; }\n  .sheet li { margin: 0 0 4px; }\n  .sheet li p { margin: 0 0 4px; }\n  .sheet a { color: #14594a; }\n  .sheet blockquote { margin: 14px 0; padding: 10px 14px; border-left: 3px solid #c9a24b; background-color: #faf6ec; }\n  .sheet blockquote p { margin: 0; }\n  .button { margin: 14px 0 18px; }\n  .button-cell { border-radius: 7px; background-color: #14594a; mso-padding-alt: 11px 22px; }\n  .sheet .button-link { display: inline-block; padding: 11px 22px; border-radius: 7px; background-color: #14594a; color: #ffffff; font-weight: 600; text-decoration: none; }\n  .small { max-width: 620px; padding: 0 24px 28px; color: #6a6f6c; font: 400 13px/1.5 -apple-system, BlinkMacSystemFont, \"Segoe UI\", Helvetica, Arial, sans-serif; }\n  .small p { margin: 0; }\n  @media (max-width: 480px) {\n    .sheet { padding: 22px 18px 24px !important; }\n    .small { padding: 0 18px 24px !important; }\n  }\n  @media (prefers-color-scheme: dark) {\n    body, .page { background-color: #151918 !important; }\n    .preheader { color: #151918 !important; }\n    .sheet { color: #e2e7e4 !important; }\n    .sheet a, .sheet h2 { color: #7fd3b9 !important; }\n    .sheet blockquote { background-color: #26241b !important; border-left-color: #d7b463 !important; }\n    .button-cell, .sheet .button-link { background-color: #63c3a6 !important; }\n    .sheet .button-link { color: #0d1a16 !important; }\n    .small { color: #9aa39f !important; }\n  }\n</style>\n</head>\n<body>\n<div class=\"preheader\">{% block preheader %}{% endblock %}</div>\n<table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\n<tr><td class=\"sheet\" align=\"left\">\n{% block body %}{% endblock %}\n</td></tr>\n<tr><td class=\"small\" align=\"left\">\n{% block footer %}{% endblock %}\n</td></tr>\n</table>\n</body>\n</html>\n", "templates/case-study/story.md.j2": "---\nsubject: 4,200 accounts, four days\npreheader: How a logistics group stopped dreading its access review.\nasset: lumen-story\n---\nHello {{ lead.first_name or \"there\" }},\n\nLumen Logistics used to need six weeks for its yearly access review. Spreadsheets went out to 38 managers. Half came back late, and some came back with everything ticked.\n\n> “We were proving that people can tick boxes,” says Claire Vasseur, who runs IT security there.\n\nLast spring they reviewed 4,200 accounts in four days and switched off 611 of them. What they changed first was not the software. It was the question they asked each manager.\n\n**[Read how they did it]({{ asset.url }})**\n\nIt takes six minutes to read, and the mistakes are left in.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/seller/footer.fr.md.j2": "Envoyé automatiquement à la personne désignée pour ce contact. Ce message contient des données personnelles : merci de ne pas le transférer hors de {{ company.name }}.\n", "sequences/webinar-registered.yaml": "# yaml-language-server: $schema=../.nurture/schema/sequence.json\n# Somebody registered: confirm with a calendar file, remind, then thank those who came and send the rest the recording.\nsequence: webinar-registered\ntitle: A seat at the live session\nfunnel: mofu\ntopic: webinars\npriority: 80\nenter:\n  on: webinar.registered\n  again: per signal.webinar           # each enrolment is about the webinar of its registration\n  until: webinar.ends_at\nexit:\n  - when: lead.stage == \"disqualified\"\nsteps:\n  - send: webinar-registered/confirmed      # service mail: it was asked for\n    ics: webinar\n  - send: webinar-registered/tomorrow\n    at: webinar.starts_at - 1 day\n  - send: webinar-registered/in-an-hour\n    at: webinar.starts_at - 1 hour\n    grace: 30 minutes\n  - wait: {until: webinar.ends_at + 2 hours}\n  - wait_for: webinar.attended\n    before: counts\n    within: 20 hours\n    then:\n      - send: webinar-registered/thank-you\n        expires: webinar.ends_at + 5 days\n    otherwise:\n      - send: webinar-registered/recording\n        expires: webinar.ends_at + 7 days\n", "templates/seller/handoff.fr.md.j2": "---\nsubject: \"Prêt pour un échange : {{ brief.name }}{{ '', '' ~ brief.company if brief.company else '''' }}\"\npreheader: \"{{ brief.cause }}. Note {{ brief.grade }}{{ brief.heat }}, réponse attendue {{ ''avant '' ~ brief.due if brief.due else ''demain'' }}.\"\npurpose: service\n---\n# {{ brief.name }}\n\n{% if brief.role %}\n{{ brief.role }}\n{% endif %}\n\n> Pourquoi maintenant : {{ brief.cause }}.\n{% if brief.due %}\n\nMerci de prendre ce contact, ou de le rendre avec un motif, avant **{{ brief.due }}**.\n{% endif %}\n\n**[Écrire à {{ brief.name }}](mailto:{{ brief.email }})**\n\n## Ce qui en fait un bon contact\n\nNote {{ brief.grade }}{{ brief.heat }} : adéquation {{ brief.fit }}, engagement {{ brief.engagement }}.\n\n{% for reason in brief.reasons %}\n- {{ reason.text }} ({{ reason.points }})\n{% endfor %}\n\n{% if brief.signals %}\n## Ses dernières actions\n\n{% for signal in brief.signals %}\n- {{ signal.what }}, {{ signal.when }}\n{% endfor %}\n{% endif %}\n\n{% if brief.read %}\n## Ce qui a déjà été lu\n\n{% for title in brief.read %}\n- {{ title }}\n{% endfor %}\n{% endif %}\n\n## Comment le joindre\n\n{% for way in brief.reach %}\n- {{ way }}\n{% endfor %}\n\n## Ce qu’il ne faut pas faire\n\n{% for limit in brief.limits %}\n- {{ limit }}\n{% endfor %}\n", "templates/case-study/show-me.md.j2": "---\nsubject: Twenty minutes, on one of your own applications\npreheader: You bring an export of accounts. We run the review together, live.\n---\nHello {{ lead.first_name or \"there\" }},\n\nYou have seen how others do it. The quickest way to know whether it would work at {{ lead.company or \"your company\" }} is to try it on something of yours.\n\nHere is what we would do in twenty minutes:\n\n- You pick one application and bring an export of its accounts, with the names removed if you like.\n- We run the review together, on screen.\n- You leave with the list of accounts to close, whether you buy anything or not.\n\n**[Choose a time]({{ company.website }}/talk)**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/question.md.j2": "---\nsubject: One question, then I will leave you be\npreheader: A single word in reply is enough.\n---\nHello {{ lead.first_name or \"there\" }},\n\nI have sent you a story and a worksheet, and I would rather ask than guess: is access review on your plate this year?\n\nA one-word reply is plenty. *Yes*, *later* or *no*, and I will only send what fits.\n\n**[Reply to {{ sender.name }}](mailto:{{ sender.reply_to or sender.address }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/story.fr.md.j2": "---\nsubject: 4 200 comptes, quatre jours\npreheader: Comment un groupe de logistique a cessé de redouter sa revue des accès.\nasset: lumen-story\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nChez Lumen Logistics, la revue annuelle des accès prenait six semaines. Des tableurs partaient vers 38 managers. La moitié revenait en retard, et certains avec toutes les cases cochées.\n\n> « Nous apportions la preuve que les gens savent cocher des cases », résume Claire Vasseur, responsable de la sécurité informatique.\n\nAu printemps dernier, l’équipe a passé en revue 4 200 comptes en quatre jours et en a fermé 611. Le premier changement n’a pas été le logiciel, mais la question posée à chaque manager.\n\n**[Lire leur histoire]({{ asset.url }})**\n\nSix minutes de lecture, erreurs comprises.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/deliver.md.j2": "---\nsubject: Your guide to access reviews\npreheader: Twenty-four pages. If you only have ten minutes, start on page 9.\npurpose: service\nasset: security-guide\n---\nHello {{ lead.first_name or \"there\" }},\n\nHere is the guide you asked for: *{{ asset.title }}*\n\n**[Read the guide]({{ asset.url }})**\n\nIt runs to 24 pages. With only ten minutes, start on page 9: five questions to ask about any account, in the order that finds the most trouble the fastest. Most teams discover their first forgotten administrator at question two.\n\nAnd if something in it does not match what you see at {{ lead.company or \"your company\" }}, reply and tell me. I read every answer.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/worksheet.md.j2": "---\nsubject: What does your access review cost?\npreheader: Four numbers in, one honest figure out. No form to fill in.\nasset: cost-worksheet\n---\nHello {{ lead.first_name or \"there\" }},\n\nBefore they changed anything, the team at Lumen worked out what their review really cost. Not the licences: the hours. It came to 190 working days a year, most of them spent by managers chasing rows in a spreadsheet.\n\nWe turned their arithmetic into a worksheet. You enter four numbers, it gives you one.\n\n**[Work out your figure]({{ asset.url }})**\n\nThere is no form in front of it, and what you enter stays in your file. If the figure turns out small, that is good news: keep doing what you do.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/reminder.md.j2": "---\nsubject: Page 9, if you only read one\npreheader: Five questions that find forgotten accounts, in about ten minutes.\nasset: security-guide\n---\nHello {{ lead.first_name or \"there\" }},\n\nThe guide you asked for is still waiting, and I know how that goes: saved for a quiet hour that never comes.\n\nSo here is the shortcut. Page 9 holds five questions. Put them to one application, ideally the one your finance team lives in, and you will know by lunch who should not be in there any more.\n\n**[Open the guide]({{ asset.url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/show-me.fr.md.j2": "---\nsubject: Vingt minutes sur une de vos applications\npreheader: Vous apportez un export des comptes, nous menons la revue ensemble.\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVous avez vu comment d’autres s’y prennent. Pour savoir si cela marcherait chez {{ lead.company or \"vous\" }}, le plus simple est d’essayer sur un cas bien à vous.\n\nEn vingt minutes, voici ce que nous ferions :\n\n- Vous choisissez une application et apportez un export de ses comptes, sans les noms si vous préférez.\n- Nous menons la revue ensemble, à l’écran.\n- Vous repartez avec la liste des comptes à fermer, que vous achetiez ou non.\n\n**[Choisir un créneau]({{ company.website }}/talk)**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/checklist.md.j2": "---\nsubject: A 30-minute review you can run this week\npreheader: One page, one application, one colleague. That is all it takes.\nasset: review-checklist\n---\nHello {{ lead.first_name or \"there\" }},\n\nYou have read why access reviews matter. This is the part where you run one.\n\nWe boiled it down to a single page: pick one application, sit down with the person who owns it, and tick your way through. Thirty minutes, no tool needed, ours included.\n\n**[Get the one-page checklist]({{ asset.url }})**\n\nA tip from teams who have done it: start with the application people complain about least. It is usually the one nobody has looked at.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/question.fr.md.j2": "---\nsubject: Une question, et je vous laisse tranquille\npreheader: Un mot de réponse suffit.\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nJe vous ai envoyé un retour d’expérience et une feuille de calcul. Plutôt que de deviner, je préfère demander : la revue des accès est-elle au programme chez vous cette année ?\n\nUn mot suffit : *oui*, *plus tard* ou *non*. Je ne vous enverrai que ce qui vous sert.\n\n**[Répondre à {{ sender.name }}](mailto:{{ sender.reply_to or sender.address }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/deliver.fr.md.j2": "---\nsubject: Votre guide sur la revue des accès\npreheader: Vingt-quatre pages. Si vous n’avez que dix minutes, commencez page 9.\npurpose: service\nasset: security-guide\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVoici le guide que vous avez demandé : *Qui a encore les clés ?*\n\n**[Lire le guide]({{ asset.url }})**\n\nVingt-quatre pages en tout. Si vous n’avez que dix minutes, allez droit à la page 9 : cinq questions à poser sur n’importe quel compte, dans l’ordre qui fait remonter le plus vite les vrais problèmes. C’est souvent à la deuxième que l’on tombe sur un administrateur oublié.\n\nEt si quelque chose ne colle pas avec ce que vous constatez chez {{ lead.company or \"vous\" }}, répondez-moi. Je lis tout.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/case-study/worksheet.fr.md.j2": "---\nsubject: Que vous coûte votre revue des accès ?\npreheader: Quatre chiffres à saisir, un résultat honnête. Aucun formulaire.\nasset: cost-worksheet\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nAvant de changer quoi que ce soit, l’équipe de Lumen a calculé ce que lui coûtait vraiment sa revue. Pas les licences : les heures. Résultat, 190 jours de travail par an, passés pour l’essentiel par des managers à courir après des lignes de tableur.\n\nNous avons repris leur calcul dans une feuille toute prête. Vous saisissez quatre chiffres, elle vous en rend un.\n\n**[Calculer votre chiffre]({{ asset.url }})**\n\nAucun formulaire à remplir, et vos données restent dans votre fichier. Si le résultat est faible, c’est une bonne nouvelle : ne changez rien.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-invite/reminder.md.j2": "---\nsubject: Bring your hardest account to the live review\npreheader: Send the case beforehand and we will work through it on screen.\n---\nHello {{ lead.first_name or \"there\" }},\n\nEvery team has one: the account nobody dares to close. On **{{ webinars[\"live-review\"].starts_at | day(\"Europe/Paris\") }}** you can hand it to us. Send the case when you register, without names, and we will work through it on screen.\n\nIf you cannot make {{ webinars[\"live-review\"].starts_at | clock(\"Europe/Paris\") }} (Paris time), register all the same and the recording is yours the next day.\n\n**[Save my place]({{ webinars[\"live-review\"].register_url }})**\n\nThis is the last time I mention it.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/reminder.fr.md.j2": "---\nsubject: La page 9, si vous n’en lisez qu’une\npreheader: Cinq questions pour retrouver les comptes oubliés, en dix minutes.\nasset: security-guide\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVotre guide vous attend toujours. Je connais la suite : on le garde pour un moment de calme, et le moment ne vient pas.\n\nAlors voici le raccourci. La page 9 tient en cinq questions. Posez-les sur une seule application, de préférence celle qui sert tous les jours à la comptabilité : avant midi, vous saurez qui n’a plus rien à y faire.\n\n**[Ouvrir le guide]({{ asset.url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/checklist.fr.md.j2": "---\nsubject: Une revue en 30 minutes, dès cette semaine\npreheader: Une page, une application, un collègue. Rien de plus.\nasset: review-checklist\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVous avez lu pourquoi revoir les accès. Il reste à le faire une première fois.\n\nNous avons ramené l’exercice à une seule page : choisissez une application, asseyez-vous avec la personne qui en est responsable, et cochez. Trente minutes suffisent, sans aucun outil, pas même le nôtre.\n\n**[Obtenir la liste, en une page]({{ asset.url }})**\n\nLe conseil de celles et ceux qui sont passés par là : commencez par l’application dont personne ne se plaint. C’est en général celle que personne n’a regardée.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-invite/invitation.md.j2": "---\nsubject: Watch us review a real application, live\npreheader: \"{{ webinars[''live-review''].starts_at | day(''Europe/Paris'') }}, {{ webinars[''live-review''].starts_at | clock(''Europe/Paris'') }} Paris time. 45 minutes, no slides.\"\n---\nHello {{ lead.first_name or \"there\" }},\n\nMost webinars on security show slides. On **{{ webinars[\"live-review\"].starts_at | day(\"Europe/Paris\") }} at {{ webinars[\"live-review\"].starts_at | clock(\"Europe/Paris\") }}** (Paris time) we will show the work instead.\n\nClaire Vasseur from Lumen Logistics opens one of her own applications, and we review its accounts together from the first row to the last. You will see:\n\n- how she decides in seconds about most accounts, and what makes her stop;\n- the question that replaced “please confirm all”;\n- what happens when an owner says no.\n\nIt lasts 45 minutes, with a third of it kept for your questions.\n\n**[Save my place]({{ webinars[\"live-review\"].register_url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/short-version.md.j2": "---\nsubject: The whole guide in five lines\npreheader: No download needed. It is all in this mail.\nasset: security-guide\n---\nHello {{ lead.first_name or \"there\" }},\n\nTwenty-four pages were perhaps twenty-three too many. Here is the short version. For any application, ask:\n\n1. Who can get in today, contractors and test accounts included?\n2. Which of them are administrators, and who decided that?\n3. Who changed jobs in the last year and kept the old rights?\n4. Which accounts has nobody used for 90 days?\n5. Who signs off on this list, by name?\n\nIf one of these has no quick answer, that is the application to review first. The guide has the how, chapter by chapter, whenever you want it.\n\n**[See the chapter list]({{ asset.url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-invite/reminder.fr.md.j2": "---\nsubject: Apportez votre cas le plus épineux\npreheader: Envoyez-le à l’avance, nous le traiterons à l’écran.\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nChaque équipe a le sien : le compte que personne n’ose fermer. Le **{{ webinars[\"live-review\"].starts_at | day(\"Europe/Paris\") }}**, confiez-le-nous. Décrivez le cas en vous inscrivant, sans citer de noms, et nous le traiterons à l’écran.\n\n{{ webinars[\"live-review\"].starts_at | clock(\"Europe/Paris\") | capitalize }} (heure de Paris) ne vous convient pas ? Inscrivez-vous quand même : l’enregistrement sera à vous dès le lendemain.\n\n**[Réserver ma place]({{ webinars[\"live-review\"].register_url }})**\n\nJe n’y reviendrai plus.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/tomorrow.md.j2": "---\nsubject: \"Tomorrow at {{ webinar.starts_at | clock(''Europe/Paris'') }}: what to have at hand\"\npreheader: A list of the accounts of one application is enough to follow along.\npurpose: service\n---\nHello {{ lead.first_name or \"there\" }},\n\nWe start tomorrow, **{{ webinar.starts_at | day(\"Europe/Paris\") }} at {{ webinar.starts_at | clock(\"Europe/Paris\") }}** Paris time.\n\nYou will get more out of it with something of your own open beside the screen: the list of accounts of any one application, exported as it is. Ten rows are enough to try each question as we come to it.\n\n**[Join tomorrow]({{ webinar.join_url }})**\n\nIf the day has turned against you, let it go: the recording goes to everybody who registered.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-invite/invitation.fr.md.j2": "---\nsubject: Une vraie revue des accès, en direct\npreheader: \"{{ webinars[''live-review''].starts_at | day(''Europe/Paris'') | capitalize }} à {{ webinars[''live-review''].starts_at | clock(''Europe/Paris'') }}. 45 minutes, aucune diapositive.\"\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nLa plupart des webinaires sur la sécurité montrent des diapositives. Le **{{ webinars[\"live-review\"].starts_at | day(\"Europe/Paris\") }} à {{ webinars[\"live-review\"].starts_at | clock(\"Europe/Paris\") }}** (heure de Paris), nous montrerons le travail.\n\nClaire Vasseur, de Lumen Logistics, ouvre une de ses propres applications, et nous en revoyons les comptes ensemble, de la première ligne à la dernière. Vous verrez :\n\n- comment elle tranche en quelques secondes sur la plupart des comptes, et ce qui l’arrête ;\n- la question qui a remplacé « merci de tout confirmer » ;\n- ce qui se passe quand un responsable dit non.\n\nComptez 45 minutes, dont un tiers pour vos questions. La session se tient en anglais ; vous pouvez poser vos questions en français.\n\n**[Réserver ma place]({{ webinars[\"live-review\"].register_url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/confirmed.md.j2": "---\nsubject: \"You have a seat: {{ webinar.title }}\"\npreheader: \"{{ webinar.starts_at | day(''Europe/Paris'') }} at {{ webinar.starts_at | clock(''Europe/Paris'') }}, Paris time. The calendar file is attached.\"\npurpose: service\n---\nHello {{ lead.first_name or \"there\" }},\n\nYour seat is booked for **{{ webinar.starts_at | day(\"Europe/Paris\") }} at {{ webinar.starts_at | clock(\"Europe/Paris\") }}**, Paris time. The attached file puts it in your calendar, at the right hour wherever you are.\n\n**[Join on the day]({{ webinar.join_url }})**\n\nOne request: think of an account at {{ lead.company or \"your company\" }} that nobody dares to close. Reply with the case, without names, and we may work through it on screen.\n\nYour own calendar is the best reminder. I will write twice more before we start, and no more than that.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/recording.md.j2": "---\nsubject: The recording, and where to begin\npreheader: Minute 11 is the one people asked about the most.\n---\nHello {{ lead.first_name or \"there\" }},\n\nWe missed you, and the recording did not:\n\n**[Watch it when it suits you]({{ webinar.replay_url }})**\n\nIf you only have five minutes, start at minute 11. That is where an owner says no to closing an account, and what happens next is the part people asked about the most.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/thank-you.md.j2": "---\nsubject: What we did not have time to answer\npreheader: The recording, and the checklist we worked from.\n---\nHello {{ lead.first_name or \"there\" }},\n\nThank you for giving us your time. The questions left over are answered under the recording, along with the minute at which each account was decided:\n\n**[Watch the part you want]({{ webinar.replay_url }})**\n\nWe worked from a list that fits on one page: [{{ assets[\"review-checklist\"].title }}]({{ assets[\"review-checklist\"].url }}). Take it, change it, call it yours.\n\nWhich account came to your mind while you watched? Reply with one line and I will tell you how we would begin.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/short-version.fr.md.j2": "---\nsubject: Tout le guide en cinq lignes\npreheader: Rien à télécharger, tout est dans ce message.\nasset: security-guide\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVingt-quatre pages, c’était peut-être vingt-trois de trop. Voici l’essentiel. Pour chaque application, demandez-vous :\n\n1. Qui peut y entrer aujourd’hui, prestataires et comptes de test compris ?\n2. Qui est administrateur, et qui en a décidé ainsi ?\n3. Qui a changé de poste depuis un an en gardant ses anciens droits ?\n4. Quels comptes n’ont pas servi depuis 90 jours ?\n5. Qui valide cette liste, nommément ?\n\nUne question reste sans réponse immédiate ? C’est par cette application qu’il faut commencer. Le guide explique comment, chapitre par chapitre, le jour où vous en aurez besoin.\n\n**[Voir les chapitres]({{ asset.url }})**\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/in-an-hour.md.j2": "---\nsubject: We start in an hour\npreheader: \"The link, once more. Doors open ten minutes before {{ webinar.starts_at | clock(''Europe/Paris'') }}, Paris time.\"\npurpose: service\n---\nHello {{ lead.first_name or \"there\" }},\n\nHere is the link again, so that you need not search for it:\n\n**[Join the session]({{ webinar.join_url }})**\n\nDoors open ten minutes before {{ webinar.starts_at | clock(\"Europe/Paris\") }}, Paris time. Cameras and microphones stay off unless you ask to speak.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/auditor-questions.md.j2": "---\nsubject: Nine questions your auditor will ask\npreheader: With the evidence that settles each one, so you can prepare early.\nasset: auditor-questions\n---\nHello {{ lead.first_name or \"there\" }},\n\nAuditors rarely surprise. We went through the access findings our customers received over three years, and nine questions account for nearly all of them.\n\nFor each one we wrote down what the auditor is really after, and the piece of evidence that settles it. Number six, the one about leavers, is where good teams lose points.\n\n**[Read the nine questions]({{ asset.url }})**\n\nIf an audit is on your calendar, tell me the month. I will reply with what to prepare first.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/tomorrow.fr.md.j2": "---\nsubject: \"Demain à {{ webinar.starts_at | clock(''Europe/Paris'') }} : ce qu’il faut avoir sous la main\"\npreheader: La liste des comptes d’une seule application suffit pour suivre.\npurpose: service\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nNous commençons demain, **{{ webinar.starts_at | day(\"Europe/Paris\") }} à {{ webinar.starts_at | clock(\"Europe/Paris\") }}**, heure de Paris.\n\nVous en tirerez davantage avec un exemple à vous ouvert à côté : la liste des comptes d’une application, exportée telle quelle. Dix lignes suffisent pour essayer chaque question au fil de la session.\n\n**[Rejoindre demain]({{ webinar.join_url }})**\n\nSi la journée s’annonce impossible, ne vous en faites pas : l’enregistrement sera envoyé à toutes les personnes inscrites.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/confirmed.fr.md.j2": "---\nsubject: \"Votre place est réservée : {{ webinar.title }}\"\npreheader: \"{{ webinar.starts_at | day(''Europe/Paris'') | capitalize }} à {{ webinar.starts_at | clock(''Europe/Paris'') }}, heure de Paris. Le fichier d’agenda est joint.\"\npurpose: service\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVotre place est réservée pour le **{{ webinar.starts_at | day(\"Europe/Paris\") }} à {{ webinar.starts_at | clock(\"Europe/Paris\") }}**, heure de Paris. Le fichier joint l’inscrit dans votre agenda, à la bonne heure où que vous soyez.\n\n**[Rejoindre le jour venu]({{ webinar.join_url }})**\n\nUne demande : pensez, chez {{ lead.company or \"vous\" }}, à un compte que personne n’ose fermer. Répondez-moi en décrivant le cas, sans citer de noms ; nous le traiterons peut-être à l’écran.\n\nVotre agenda est le meilleur des rappels. Je vous écrirai encore deux fois d’ici là, pas davantage.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/recording.fr.md.j2": "---\nsubject: L’enregistrement, et par où commencer\npreheader: La onzième minute est celle dont on nous a le plus parlé.\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nVous n’avez pas pu être des nôtres ; l’enregistrement, lui, n’a rien manqué :\n\n**[Le regarder quand cela vous convient]({{ webinar.replay_url }})**\n\nSi vous n’avez que cinq minutes, commencez à la onzième. C’est là qu’un responsable refuse de fermer un compte, et la suite est ce dont on nous a le plus parlé.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/thank-you.fr.md.j2": "---\nsubject: Les questions restées sans réponse\npreheader: L’enregistrement, et la liste dont nous sommes partis.\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nMerci pour le temps que vous nous avez accordé. Les questions restées en suspens ont leur réponse sous l’enregistrement, avec la minute à laquelle chaque compte a été tranché :\n\n**[Revoir le passage qui vous intéresse]({{ webinar.replay_url }})**\n\nNous sommes partis d’une liste qui tient sur une page : [{{ assets[\"review-checklist\"].title }}]({{ assets[\"review-checklist\"].url }}). Prenez-la, modifiez-la, faites-en la vôtre.\n\nÀ quel compte avez-vous pensé en nous regardant ? Répondez d’une ligne, et je vous dirai par où nous commencerions.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/webinar-registered/in-an-hour.fr.md.j2": "---\nsubject: Nous commençons dans une heure\npreheader: \"Le lien, une fois encore. Ouverture dix minutes avant {{ webinar.starts_at | clock(''Europe/Paris'') }}, heure de Paris.\"\npurpose: service\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nRevoici le lien, pour vous éviter de le chercher :\n\n**[Rejoindre la session]({{ webinar.join_url }})**\n\nLa salle ouvre dix minutes avant {{ webinar.starts_at | clock(\"Europe/Paris\") }}, heure de Paris. Caméras et micros restent coupés, sauf si vous demandez la parole.\n\n{{ sender.name }}\\\n{{ company.name }}\n", "templates/white-paper/auditor-questions.fr.md.j2": "---\nsubject: Les neuf questions que posera votre auditeur\npreheader: Et, pour chacune, la preuve qui clôt la discussion.\nasset: auditor-questions\n---\nBonjour{{ \" \" ~ lead.first_name if lead.first_name else \"\" }},\n\nUn auditeur surprend rarement. Nous avons relu trois ans de constats reçus par nos clients sur la gestion des accès : neuf questions en expliquent la quasi-totalité.\n\nPour chacune, nous avons noté ce que l’auditeur cherche vraiment, et la preuve qui clôt la discussion. La sixième, sur les départs, est celle qui coûte des points même aux bonnes équipes.\n\n**[Lire les neuf questions]({{ asset.url }})**\n\nUn audit approche ? Dites-moi quel mois : je vous répondrai par ce qu’il faut préparer en premier.\n\n{{ sender.name }}\\\n{{ company.name }}\n"}', '2027-06-15 10:00:00+00', true);
INSERT INTO public.route VALUES ('leads.example', NULL, NULL, NULL, 0, NULL, 0, false, NULL, NULL, '', '2027-06-15 10:00:00+00', 5, 2, NULL, NULL);
INSERT INTO public.route VALUES ('relay', NULL, NULL, NULL, 0, NULL, 0, false, NULL, NULL, '', '2027-06-15 10:00:00+00', 5, 2, NULL, NULL);
INSERT INTO public.score_history VALUES (1, 1, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (2, 2, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (3, 3, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (4, 4, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (5, 5, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (6, 6, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (7, 7, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (8, 8, 55, 14, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (9, 9, 55, 24, 'B', 3, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (10, 10, 55, 24, 'B', 3, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (11, 11, 55, 6, 'B', 4, '2027-06-15 10:00:00+00');
INSERT INTO public.score_history VALUES (12, 2, 55, 25.990377588337836, 'B', 3, '2027-06-15 11:00:00+00');
INSERT INTO public.score_history VALUES (13, 8, 55, 63.990377588337836, 'B', 1, '2027-06-15 11:00:00+00');
INSERT INTO public.score_history VALUES (14, 12, 55, 14, 'B', 4, '2027-06-15 11:01:00+00');
INSERT INTO public.score_history VALUES (15, 13, 55, 14, 'B', 4, '2027-06-15 11:01:00+00');
INSERT INTO public.score_history VALUES (16, 14, 55, 64, 'B', 1, '2027-06-15 11:01:00+00');
INSERT INTO public.seller VALUES ('Inès Carpentier', 1, '2027-06-15 11:01:00+00');
INSERT INTO public.seller VALUES ('Tom Ashworth', 1, '2027-06-15 11:01:00+00');
INSERT INTO public.seller VALUES ('Jonas Weidmann', 0, '2027-06-15 11:01:00+00');
INSERT INTO public.signal VALUES (1, 1, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted1', false, true, false);
INSERT INTO public.signal VALUES (2, 2, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted2', false, true, false);
INSERT INTO public.signal VALUES (3, 3, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted3', false, true, false);
INSERT INTO public.signal VALUES (4, 4, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted4', false, true, false);
INSERT INTO public.signal VALUES (5, 5, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted5', false, true, false);
INSERT INTO public.signal VALUES (6, 6, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted6', false, true, false);
INSERT INTO public.signal VALUES (7, 7, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted7', false, true, false);
INSERT INTO public.signal VALUES (8, 8, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'form.submitted8', false, true, false);
INSERT INTO public.signal VALUES (9, 9, 'page.visited', '{"page": "pricing"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'page.visited1', false, true, false);
INSERT INTO public.signal VALUES (10, 10, 'page.visited', '{"page": "pricing"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'page.visited2', false, true, false);
INSERT INTO public.signal VALUES (11, 11, 'page.visited', '{"page": "news"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'test', 'page.visited3', false, true, false);
INSERT INTO public.signal VALUES (12, 1, 'touch.sent', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.sent:1', false, true, false);
INSERT INTO public.signal VALUES (13, 2, 'touch.sent', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.sent:2', false, true, false);
INSERT INTO public.signal VALUES (14, 5, 'touch.refused', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.refused:5', false, true, false);
INSERT INTO public.signal VALUES (15, 6, 'touch.refused', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.refused:6', false, true, false);
INSERT INTO public.signal VALUES (16, 7, 'touch.sent', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.sent:7', false, true, false);
INSERT INTO public.signal VALUES (17, 8, 'touch.sent', '{"step": "white-paper/deliver", "asset": "security-guide", "sequence": "white-paper", "template": "white-paper/deliver"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.sent:8', false, true, false);
INSERT INTO public.signal VALUES (18, 9, 'touch.sent', '{"step": "white-paper/short-version", "asset": "security-guide", "sequence": "follow", "template": "white-paper/short-version"}', '2027-06-15 10:00:00+00', '2027-06-15 10:00:00+00', 'nurture', 'touch.sent:9', false, true, false);
INSERT INTO public.signal VALUES (19, 2, 'asset.downloaded', '{"asset": "security-guide"}', '2027-06-15 11:00:00+00', '2027-06-15 11:00:00+00', 'test', 'asset.downloaded1', false, true, false);
INSERT INTO public.signal VALUES (20, 8, 'call.requested', '{}', '2027-06-15 11:00:00+00', '2027-06-15 11:00:00+00', 'test', 'call.requested1', false, true, false);
INSERT INTO public.signal VALUES (21, 12, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', 'test', 'form.submitted9', false, true, false);
INSERT INTO public.signal VALUES (22, 13, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', 'test', 'form.submitted10', false, true, false);
INSERT INTO public.signal VALUES (23, 14, 'demo.requested', '{}', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', 'test', 'demo.requested1', false, true, false);
INSERT INTO public.signal VALUES (24, 15, 'form.submitted', '{"asset": "security-guide"}', '2027-06-15 11:01:00+00', '2027-06-15 11:01:00+00', 'test', 'form.submitted11', false, true, true);
INSERT INTO public.stage_change VALUES (1, 1, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (2, 2, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (3, 3, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (4, 4, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (5, 5, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (6, 6, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (7, 7, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (8, 8, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (9, 9, 'lead', 'prospect', 'matrix B3: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (10, 10, 'lead', 'prospect', 'matrix B3: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (11, 11, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 10:00:00+00');
INSERT INTO public.stage_change VALUES (12, 8, 'prospect', 'mql', 'hand raise: call.requested', '2027-06-15 11:00:00+00');
INSERT INTO public.stage_change VALUES (13, 12, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 11:01:00+00');
INSERT INTO public.stage_change VALUES (14, 13, 'lead', 'prospect', 'matrix B4: nurture', '2027-06-15 11:01:00+00');
INSERT INTO public.stage_change VALUES (15, 14, 'lead', 'mql', 'hand raise: demo.requested', '2027-06-15 11:01:00+00');
INSERT INTO public.suppression VALUES (1, 6, 'bounce', 'relay', '2027-06-15 10:00:00+00', NULL);
SELECT pg_catalog.setval('public.address_id_seq', 15, true);
SELECT pg_catalog.setval('public.consent_change_id_seq', 2, true);
SELECT pg_catalog.setval('public.decision_id_seq', 38, true);
SELECT pg_catalog.setval('public.enrolment_id_seq', 13, true);
SELECT pg_catalog.setval('public.handoff_id_seq', 2, true);
SELECT pg_catalog.setval('public.import_run_id_seq', 1, false);
SELECT pg_catalog.setval('public.lead_id_seq', 15, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 15, true);
SELECT pg_catalog.setval('public.release_id_seq', 1, true);
SELECT pg_catalog.setval('public.score_history_id_seq', 16, true);
SELECT pg_catalog.setval('public.signal_id_seq', 24, true);
SELECT pg_catalog.setval('public.stage_change_id_seq', 15, true);
SELECT pg_catalog.setval('public.suppression_id_seq', 1, true);
ALTER TABLE ONLY public.nurture_version
    ADD CONSTRAINT nurture_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.address
    ADD CONSTRAINT pk_address PRIMARY KEY (id);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT pk_consent PRIMARY KEY (address_id, topic);
ALTER TABLE ONLY public.consent_change
    ADD CONSTRAINT pk_consent_change PRIMARY KEY (id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT pk_decision PRIMARY KEY (id);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT pk_enrolment PRIMARY KEY (id);
ALTER TABLE ONLY public.halt
    ADD CONSTRAINT pk_halt PRIMARY KEY (sequence);
ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT pk_handoff PRIMARY KEY (id);
ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT pk_import_run PRIMARY KEY (id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT pk_lead PRIMARY KEY (id);
ALTER TABLE ONLY public.lock
    ADD CONSTRAINT pk_lock PRIMARY KEY (name);
ALTER TABLE ONLY public.note
    ADD CONSTRAINT pk_note PRIMARY KEY (name);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT pk_outbox PRIMARY KEY (id);
ALTER TABLE ONLY public.release
    ADD CONSTRAINT pk_release PRIMARY KEY (id);
ALTER TABLE ONLY public.route
    ADD CONSTRAINT pk_route PRIMARY KEY (name);
ALTER TABLE ONLY public.score_history
    ADD CONSTRAINT pk_score_history PRIMARY KEY (id);
ALTER TABLE ONLY public.seller
    ADD CONSTRAINT pk_seller PRIMARY KEY (name);
ALTER TABLE ONLY public.signal
    ADD CONSTRAINT pk_signal PRIMARY KEY (id);
ALTER TABLE ONLY public.stage_change
    ADD CONSTRAINT pk_stage_change PRIMARY KEY (id);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT pk_suppression PRIMARY KEY (id);
ALTER TABLE ONLY public.address
    ADD CONSTRAINT uq_address_address UNIQUE (address);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT uq_enrolment_lead_id_sequence_entry_key_run UNIQUE (lead_id, sequence, entry_key, run);
ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT uq_handoff_lead_id_cycle UNIQUE (lead_id, cycle);
ALTER TABLE ONLY public.import_run
    ADD CONSTRAINT uq_import_run_digest UNIQUE (digest);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT uq_lead_key UNIQUE (key);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_dedupe UNIQUE (dedupe);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_enrolment_id_step_occurrence UNIQUE (enrolment_id, step, occurrence);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT uq_outbox_message_id UNIQUE (message_id);
ALTER TABLE ONLY public.release
    ADD CONSTRAINT uq_release_digest UNIQUE (digest);
ALTER TABLE ONLY public.signal
    ADD CONSTRAINT uq_signal_source_source_id UNIQUE (source, source_id);
CREATE INDEX ix_address_lead_id ON public.address USING btree (lead_id);
CREATE INDEX ix_consent_change_address_id ON public.consent_change USING btree (address_id);
CREATE INDEX ix_decision_enrolment_id ON public.decision USING btree (enrolment_id);
CREATE INDEX ix_decision_entries ON public.decision USING btree (lead_id, sequence, id) WHERE ((verdict)::text = ANY ((ARRAY['enter'::character varying, 'refuse'::character varying])::text[]));
CREATE INDEX ix_decision_lead_id ON public.decision USING btree (lead_id);
CREATE INDEX ix_enrolment_due ON public.enrolment USING btree (due_at, lead_id) WHERE ((state)::text = 'active'::text);
CREATE INDEX ix_enrolment_lead_id ON public.enrolment USING btree (lead_id);
CREATE INDEX ix_handoff_unassigned ON public.handoff USING btree (created_at, id) WHERE ((state)::text = 'unassigned'::text);
CREATE INDEX ix_lead_changed ON public.lead USING btree (id) WHERE (changed AND live AND (merged_into IS NULL));
CREATE INDEX ix_lead_ready ON public.lead USING btree (heat, grade) WHERE (mature AND (merged_into IS NULL));
CREATE INDEX ix_lead_recheck ON public.lead USING btree (recheck_at) WHERE (recheck_at IS NOT NULL);
CREATE INDEX ix_lead_unscored ON public.lead USING btree (id) WHERE ((score_as_of IS NULL) AND (merged_into IS NULL));
CREATE INDEX ix_outbox_due ON public.outbox USING btree (kind, due_at) WHERE ((state)::text = 'planned'::text);
CREATE INDEX ix_outbox_lead_id ON public.outbox USING btree (lead_id);
CREATE INDEX ix_outbox_leased ON public.outbox USING btree (lease_until) WHERE ((state)::text = ANY ((ARRAY['claimed'::character varying, 'started'::character varying])::text[]));
CREATE INDEX ix_outbox_slots ON public.outbox USING btree (address_id, slot_at) WHERE ((state)::text = ANY ((ARRAY['claimed'::character varying, 'started'::character varying, 'sent'::character varying, 'uncertain'::character varying])::text[]));
CREATE INDEX ix_route_troubled ON public.route USING btree (name) WHERE (closings > 0);
CREATE INDEX ix_score_history_lead_id ON public.score_history USING btree (lead_id);
CREATE INDEX ix_signal_lead ON public.signal USING btree (lead_id, occurred_at);
CREATE INDEX ix_signal_pending ON public.signal USING btree (id) WHERE pending;
CREATE INDEX ix_stage_change_lead_id ON public.stage_change USING btree (lead_id);
CREATE UNIQUE INDEX uq_address_one_current ON public.address USING btree (lead_id) WHERE current;
CREATE UNIQUE INDEX uq_enrolment_one_active ON public.enrolment USING btree (lead_id, sequence, entry_key) WHERE ((state)::text = 'active'::text);
CREATE UNIQUE INDEX uq_handoff_one_open ON public.handoff USING btree (lead_id) WHERE ((state)::text = ANY ((ARRAY['unassigned'::character varying, 'offered'::character varying])::text[]));
CREATE UNIQUE INDEX uq_release_one_current ON public.release USING btree (current) WHERE current;
CREATE UNIQUE INDEX uq_suppression_in_force ON public.suppression USING btree (address_id) WHERE (lifted_at IS NULL);
ALTER TABLE ONLY public.address
    ADD CONSTRAINT fk_address_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.consent
    ADD CONSTRAINT fk_consent_address_id FOREIGN KEY (address_id) REFERENCES public.address(id);
ALTER TABLE ONLY public.consent_change
    ADD CONSTRAINT fk_consent_change_address_id FOREIGN KEY (address_id) REFERENCES public.address(id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES public.enrolment(id);
ALTER TABLE ONLY public.decision
    ADD CONSTRAINT fk_decision_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT fk_enrolment_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT fk_enrolment_release_id FOREIGN KEY (release_id) REFERENCES public.release(id);
ALTER TABLE ONLY public.enrolment
    ADD CONSTRAINT fk_enrolment_signal_id FOREIGN KEY (signal_id) REFERENCES public.signal(id);
ALTER TABLE ONLY public.handoff
    ADD CONSTRAINT fk_handoff_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.lead
    ADD CONSTRAINT fk_lead_merged_into FOREIGN KEY (merged_into) REFERENCES public.lead(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_address_id FOREIGN KEY (address_id) REFERENCES public.address(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_enrolment_id FOREIGN KEY (enrolment_id) REFERENCES public.enrolment(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_handoff_id FOREIGN KEY (handoff_id) REFERENCES public.handoff(id);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT fk_outbox_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.score_history
    ADD CONSTRAINT fk_score_history_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.signal
    ADD CONSTRAINT fk_signal_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.stage_change
    ADD CONSTRAINT fk_stage_change_lead_id FOREIGN KEY (lead_id) REFERENCES public.lead(id);
ALTER TABLE ONLY public.suppression
    ADD CONSTRAINT fk_suppression_address_id FOREIGN KEY (address_id) REFERENCES public.address(id);

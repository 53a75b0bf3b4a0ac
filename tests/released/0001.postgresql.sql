--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: journal_is_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.journal_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: cases; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.cases (
    id text NOT NULL,
    invoice_number text NOT NULL,
    debtor_id text NOT NULL,
    policy_name text NOT NULL,
    policy_hash text NOT NULL,
    state text NOT NULL,
    seq integer NOT NULL,
    status text NOT NULL,
    outcome text,
    step text,
    next_at timestamp with time zone,
    doing text,
    because text,
    outstanding_minor bigint NOT NULL,
    currency text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    head_hash text NOT NULL,
    head_row integer NOT NULL,
    CONSTRAINT ck_cases_doing CHECK ((doing = ANY (ARRAY['perform'::text, 'wait'::text, 'ask'::text, 'close'::text]))),
    CONSTRAINT ck_cases_status CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text])))
);


--
-- Name: debtors; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.debtors (
    id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    segment text,
    country text NOT NULL,
    subdivision text,
    time_zone text,
    language text,
    email text,
    phone text,
    contact_name text,
    manager_name text,
    manager_email text,
    address text NOT NULL,
    solvency text,
    extra text NOT NULL,
    folded text NOT NULL,
    changed_at timestamp with time zone NOT NULL
);


--
-- Name: deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.deliveries (
    id integer NOT NULL,
    key text NOT NULL,
    debtor_id text NOT NULL,
    channel text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    address text NOT NULL,
    subject text NOT NULL,
    reference text,
    path text,
    error text,
    language text NOT NULL,
    tone text NOT NULL,
    letter text NOT NULL,
    claimed_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    content_hash text NOT NULL,
    result text,
    result_at timestamp with time zone,
    CONSTRAINT ck_deliveries_result CHECK ((result = ANY (ARRAY['delivered'::text, 'bounced'::text, 'refused'::text, 'unclaimed'::text, 'returned'::text]))),
    CONSTRAINT ck_deliveries_state CHECK ((state = ANY (ARRAY['claimed'::text, 'sending'::text, 'sent'::text, 'refused'::text, 'unknown'::text])))
);


--
-- Name: deliveries_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.deliveries_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: deliveries_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.deliveries_id_seq OWNED BY public.deliveries.id;


--
-- Name: delivery_cases; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.delivery_cases (
    delivery_id integer NOT NULL,
    case_id text NOT NULL,
    step text NOT NULL,
    occurrence integer NOT NULL,
    outstanding_minor bigint NOT NULL,
    currency text NOT NULL
);


--
-- Name: invoices; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invoices (
    number text NOT NULL,
    case_id text NOT NULL,
    debtor_id text NOT NULL,
    issue_date date NOT NULL,
    due_date date NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    extra text NOT NULL,
    added_at timestamp with time zone NOT NULL
);


--
-- Name: journal; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.journal (
    case_id text NOT NULL,
    row_no integer NOT NULL,
    seq integer NOT NULL,
    key text NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    body text NOT NULL,
    previous_hash text NOT NULL,
    hash text NOT NULL
);


--
-- Name: letters_sent; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.letters_sent (
    delivery_key text NOT NULL,
    name text NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    sha256 text NOT NULL
);


--
-- Name: policies; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.policies (
    hash text NOT NULL,
    name text NOT NULL,
    body text NOT NULL,
    source_file text NOT NULL,
    added_at timestamp with time zone NOT NULL
);


--
-- Name: tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tasks (
    id integer NOT NULL,
    case_id text,
    key text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    body text NOT NULL,
    due_at timestamp with time zone,
    state text NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    closed_by text,
    result text,
    CONSTRAINT ck_tasks_state CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'dropped'::text])))
);


--
-- Name: tasks_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.tasks_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: tasks_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.tasks_id_seq OWNED BY public.tasks.id;


--
-- Name: deliveries id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries ALTER COLUMN id SET DEFAULT nextval('public.deliveries_id_seq'::regclass);


--
-- Name: tasks id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks ALTER COLUMN id SET DEFAULT nextval('public.tasks_id_seq'::regclass);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES ('0001');


--
-- Data for Name: cases; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.cases VALUES ('F-fb339e3b', 'F-fb339e3b', 'D-F-fb339e3b', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.094872Z","debtor":{"country":"FR","id":"D-F-fb339e3b","kind":"business","unpaid_count":1,"unpaid_minor":100000},"id":"F-fb339e3b","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-fb339e3b"},"opened_at":"2026-03-10T12:00:00Z","policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73","seen":["CaseOpened:opened","StepPerformed:first/1","StepPerformed:second/1"],"seq":3,"steps":[{"at":"2026-03-10T12:00:00Z","channels":["email"],"done":true,"step":"first"},{"at":"2026-03-21T12:00:00Z","channels":["email"],"done":true,"step":"second"}]}', 3, 'open', NULL, NULL, NULL, 'ask', '{"code":"end_of_policy","words":{"outstanding":"1000.00 EUR"}}', 100000, 'EUR', '2026-11-23 22:04:57.094872+00', '2026-03-21 12:00:00+00', NULL, 'b31e482a196ce19af53941096a44e85467b9ba8fee6b6a2dad9f0887bbccc80e', 6);
INSERT INTO public.cases VALUES ('F-47e98eaf', 'F-47e98eaf', 'D-F-47e98eaf', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.262252Z","debtor":{"country":"FR","id":"D-F-47e98eaf","kind":"business","unpaid_count":1,"unpaid_minor":100000},"id":"F-47e98eaf","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-47e98eaf"},"opened_at":"2026-03-10T12:00:00Z","payments":{"T1":{"amount":{"currency":"EUR","minor":100000},"received_on":"2026-03-11"}},"policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73","seen":["CaseOpened:opened","StepPerformed:first/1","PaymentReceived:T1"],"seq":3,"steps":[{"at":"2026-03-10T12:00:00Z","channels":["email"],"done":true,"step":"first"}]}', 3, 'closed', 'paid', NULL, NULL, 'close', '{"code":"paid","words":{"outstanding":"0.00 EUR"}}', 0, 'EUR', '2026-11-23 22:04:57.262252+00', '2026-03-11 12:00:00+00', '2026-03-11 12:00:00+00', '5f241730ce70a088483c2c30c8df4f3eea01a0a3423f70a438dd3fbe1e5ec8e2', 6);
INSERT INTO public.cases VALUES ('F-7dbc2854', 'F-7dbc2854', 'D-F-7dbc2854', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.427982Z","debtor":{"country":"FR","id":"D-F-7dbc2854","kind":"business","unpaid_count":1,"unpaid_minor":100000},"id":"F-7dbc2854","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-7dbc2854"},"opened_at":"2026-03-10T12:00:00Z","payments":{"T1":{"amount":{"currency":"EUR","minor":40000},"received_on":"2026-03-11"}},"policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73","seen":["CaseOpened:opened","PaymentReceived:T1"],"seq":2}', 2, 'open', NULL, 'first', NULL, 'perform', '{"code":"due_now","words":{"day":"2026-03-09","step":"first"}}', 60000, 'EUR', '2026-11-23 22:04:57.427982+00', '2026-03-10 12:01:00+00', NULL, 'df7acb28fd8a77961df23ea4cfe0075bab15de11487565e01e0480804ffff809', 4);
INSERT INTO public.cases VALUES ('F-2b52522f', 'F-2b52522f', 'D-F-2b52522f', 'by-phone', '039b4c81fb5659ed52382158d9297e7a3c8f0e251448ff81046b330dc8b8034b', '{"added_at":"2026-11-23T22:04:57.332475Z","calls":[{"attempt":1,"due":"2026-03-12T23:00:00Z","requested_at":"2026-03-10T12:00:00Z","result":"no_answer","result_at":"2026-03-10T12:00:00Z","step":"call"},{"attempt":2,"due":"2026-03-16T23:00:00Z","requested_at":"2026-03-14T12:00:00Z","step":"call"}],"debtor":{"country":"FR","id":"D-F-2b52522f","kind":"business","segment":"loyal","solvency":"good","time_zone":"Europe/Paris","unpaid_count":1,"unpaid_minor":100000},"id":"F-2b52522f","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-2b52522f"},"opened_at":"2026-03-10T12:00:00Z","policy":"by-phone","policy_hash":"039b4c81fb5659ed52382158d9297e7a3c8f0e251448ff81046b330dc8b8034b","seen":["CaseOpened:opened","CallRequested:call/1","CallMade:T1","CallRequested:call/2"],"seq":4}', 4, 'open', NULL, 'call', NULL, 'ask', '{"code":"call_needed","words":{"attempt":"2","attempts":"3","day":"2026-03-17"}}', 100000, 'EUR', '2026-11-23 22:04:57.332475+00', '2026-03-14 12:00:00+00', NULL, '47694b0e3b10b3cd5dbcb9dc967d472bace2126d1f830463583a4c2297cfcf79', 8);
INSERT INTO public.cases VALUES ('F-b394f468', 'F-b394f468', 'D-F-b394f468', 'by-phone', '039b4c81fb5659ed52382158d9297e7a3c8f0e251448ff81046b330dc8b8034b', '{"added_at":"2026-11-23T22:04:57.395441Z","calls":[{"attempt":1,"due":"2026-03-12T23:00:00Z","requested_at":"2026-03-10T12:00:00Z","step":"call"}],"debtor":{"country":"FR","id":"D-F-b394f468","kind":"business","subdivision":"57","unpaid_count":1,"unpaid_minor":100000},"disputes":{"T1":{"opened_at":"2026-03-10T12:00:00Z","reason":"goods damaged"}},"id":"F-b394f468","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-b394f468"},"opened_at":"2026-03-10T12:00:00Z","policy":"by-phone","policy_hash":"039b4c81fb5659ed52382158d9297e7a3c8f0e251448ff81046b330dc8b8034b","seen":["CaseOpened:opened","CallRequested:call/1","DisputeOpened:T1"],"seq":3}', 3, 'open', NULL, NULL, NULL, 'ask', '{"code":"disputed","words":{"amount":"1000.00 EUR","reason":"goods damaged"}}', 0, 'EUR', '2026-11-23 22:04:57.395441+00', '2026-03-10 12:00:00+00', NULL, 'd3de36944ec13f77aaf7957942c8e79042a83869e09605f79c5df732c12b43f9', 6);
INSERT INTO public.cases VALUES ('F-a6df22f8', 'F-a6df22f8', 'D-F-a6df22f8', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.475643Z","debtor":{"country":"FR","id":"D-F-a6df22f8","kind":"business","unpaid_count":1,"unpaid_minor":100000},"id":"F-a6df22f8","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-a6df22f8"},"opened_at":"2026-03-10T12:00:00Z","policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73","seen":["CaseOpened:opened","StepPerformed:first/1"],"seq":2,"steps":[{"at":"2026-03-10T12:00:00Z","channels":["email"],"done":true,"step":"first"}]}', 2, 'open', NULL, 'second', '2026-03-18 23:00:00+00', 'wait', '{"code":"planned","words":{"anchor":"@due_date","counting":"@calendar_days","day":"2026-03-19","days":"10","step":"second"}}', 100000, 'EUR', '2026-11-23 22:04:57.475643+00', '2026-03-10 12:00:00+00', NULL, '29d8229d3178eec149921b354186fb822a982f32b32372ad2562619b5f61699e', 4);
INSERT INTO public.cases VALUES ('F-e14c33c5', 'F-e14c33c5', 'D-F-e14c33c5', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.540252Z","debtor":{"country":"FR","id":"D-F-e14c33c5","kind":"business","unpaid_count":1,"unpaid_minor":100000},"id":"F-e14c33c5","invoice":{"amount":{"currency":"EUR","minor":100000},"due_date":"2026-03-09","issue_date":"2026-03-01","number":"F-e14c33c5"},"opened_at":"2026-03-10T12:00:00Z","policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73","seen":["CaseOpened:opened"],"seq":1}', 1, 'open', NULL, 'first', NULL, 'perform', '{"code":"due_now","words":{"day":"2026-03-09","step":"first"}}', 100000, 'EUR', '2026-11-23 22:04:57.540252+00', '2026-03-10 12:00:00+00', NULL, 'cd564ce42e6f46d158ee2a3a8dfa0e0d68f10cc99954ff7211aff877ba616a6e', 2);
INSERT INTO public.cases VALUES ('F-ff3078d2', 'F-ff3078d2', 'D-F-ff3078d2', 'test', '839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', '{"added_at":"2026-11-23T22:04:57.567473Z","debtor":{"country":"FR","id":"D-F-ff3078d2","kind":"business"},"id":"F-ff3078d2","invoice":{"amount":{"currency":"EUR","minor":1},"due_date":"2026-12-31","issue_date":"2026-12-01","number":"F-ff3078d2"},"policy":"test","policy_hash":"839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73"}', 0, 'open', NULL, NULL, NULL, NULL, NULL, 1, 'EUR', '2026-11-23 22:04:57.567473+00', '2026-11-23 22:04:57.567473+00', NULL, '', 0);


--
-- Data for Name: debtors; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.debtors VALUES ('D-F-fb339e3b', 'Électricité Générale', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, '1 rue A
75001 Paris', NULL, '{"R\u00e9gion":"\u00cele-de-France","n":null}', 'd-f-fb339e3b electricite generale', '2026-11-23 22:04:57.094872+00');
INSERT INTO public.debtors VALUES ('D-F-47e98eaf', 'Atelier Martin', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, '1 rue A
75001 Paris', NULL, '{}', 'd-f-47e98eaf atelier martin', '2026-11-23 22:04:57.262252+00');
INSERT INTO public.debtors VALUES ('D-F-2b52522f', 'Atelier Martin', 'business', 'loyal', 'FR', NULL, 'Europe/Paris', NULL, 'compta@example.org', '+33123456789', 'Jeanne', NULL, NULL, '1 rue A
75001 Paris', 'good', '{}', 'd-f-2b52522f atelier martin', '2026-11-23 22:04:57.332475+00');
INSERT INTO public.debtors VALUES ('D-F-b394f468', 'Atelier Martin', 'business', NULL, 'FR', '57', NULL, 'fr', 'compta@example.org', '+33123456789', NULL, 'M. Petit', 'm@example.org', '1 rue A
75001 Paris', NULL, '{}', 'd-f-b394f468 atelier martin', '2026-11-23 22:04:57.395441+00');
INSERT INTO public.debtors VALUES ('D-F-7dbc2854', 'Atelier Martin', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, '1 rue A
75001 Paris', NULL, '{}', 'd-f-7dbc2854 atelier martin', '2026-11-23 22:04:57.427982+00');
INSERT INTO public.debtors VALUES ('D-F-a6df22f8', 'Atelier Martin', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, '1 rue A
75001 Paris', NULL, '{}', 'd-f-a6df22f8 atelier martin', '2026-11-23 22:04:57.475643+00');
INSERT INTO public.debtors VALUES ('D-F-e14c33c5', 'Atelier Martin', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, 'O''Neill
1 quai "Haut"
35000 Rennes', NULL, '{}', 'd-f-e14c33c5 atelier martin', '2026-03-10 12:00:00+00');
INSERT INTO public.debtors VALUES ('D-F-ff3078d2', 'Atelier Martin', 'business', NULL, 'FR', NULL, NULL, NULL, 'compta@example.org', '+33123456789', NULL, NULL, NULL, '1 rue A
75001 Paris', NULL, '{}', 'd-f-ff3078d2 atelier martin', '2026-11-23 22:04:57.567473+00');


--
-- Data for Name: deliveries; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.deliveries VALUES (1, 'F-fb339e3b/first/1/email', 'D-F-fb339e3b', 'email', 'sent', 1, 'compta@example.org', 'Rappel : facture F-fb339e3b échue le 9 mars 2026', 'F-fb339e3b_first_1_email-40d0376b53fa', '/tmp/tmp6r2nq5ss/postgresql/outbox/email/F-fb339e3b_first_1_email-40d0376b53fa.eml', NULL, 'fr', 'courteous', 'reminder', '2026-03-10 12:00:00+00', '2026-03-10 12:00:00+00', '32cc74260312c5af853c4791156fd3cf0276606f70161194f0342f78aa32a60d', NULL, NULL);
INSERT INTO public.deliveries VALUES (2, 'F-fb339e3b/second/1/email', 'D-F-fb339e3b', 'email', 'sent', 1, 'compta@example.org', 'Rappel : facture F-fb339e3b échue le 9 mars 2026', 'F-fb339e3b_second_1_email-1100ec87857c', '/tmp/tmp6r2nq5ss/postgresql/outbox/email/F-fb339e3b_second_1_email-1100ec87857c.eml', NULL, 'fr', 'courteous', 'reminder', '2026-03-21 12:00:00+00', '2026-03-21 12:00:00+00', 'e2407cba876ce36fc45aac28d30838e4a73fe542f5a7a6dc9960e4f2ad75534b', 'bounced', '2026-04-01 12:00:00+00');
INSERT INTO public.deliveries VALUES (3, 'F-47e98eaf/first/1/email', 'D-F-47e98eaf', 'email', 'sent', 1, 'compta@example.org', 'Rappel : facture F-47e98eaf échue le 9 mars 2026', 'F-47e98eaf_first_1_email-797e9253535b', '/tmp/tmp6r2nq5ss/postgresql/outbox/email/F-47e98eaf_first_1_email-797e9253535b.eml', NULL, 'fr', 'courteous', 'reminder', '2026-03-10 12:00:00+00', '2026-03-10 12:00:00+00', 'e586ba2b37cbb0ec4d9c550fce63348285cb07bfb580155260d6e40a5c9ccb9f', NULL, NULL);
INSERT INTO public.deliveries VALUES (4, 'F-7dbc2854/first/1/email', 'D-F-7dbc2854', 'email', 'sending', 1, 'compta@example.org', 'Rappel : facture F-7dbc2854 échue le 9 mars 2026', NULL, NULL, NULL, 'fr', 'courteous', 'reminder', '2026-03-10 12:00:00+00', NULL, '0c81e999c02e5669a4e63a6001c08d4b01340b81fb51c97a745b15e35f51e34e', NULL, NULL);
INSERT INTO public.deliveries VALUES (5, 'F-a6df22f8/first/1/email', 'D-F-a6df22f8', 'email', 'sent', 1, 'compta@example.org', 'Rappel : facture F-a6df22f8 échue le 9 mars 2026', 'F-a6df22f8_first_1_email-ee02913ec0d5', '/tmp/tmp6r2nq5ss/postgresql/outbox/email/F-a6df22f8_first_1_email-ee02913ec0d5.eml', NULL, 'fr', 'courteous', 'reminder', '2026-03-10 12:00:00+00', '2026-03-10 12:00:00+00', 'd85b942d7f2532be8ae2aa39361a460d3cc9b073a6f0395d70b46482aa161eb4', NULL, NULL);
INSERT INTO public.deliveries VALUES (6, 'F-a6df22f8/notice/1/email', 'D-F-a6df22f8', 'email', 'refused', 1, 'jeanne@dupont.example', 'Mise en demeure', NULL, NULL, '550 no such mailbox', 'fr', 'formal', 'formal-notice', '2026-03-10 12:00:00+00', NULL, 'aa', NULL, NULL);
INSERT INTO public.deliveries VALUES (7, 'F-a6df22f8/notice/2/email', 'D-F-a6df22f8', 'email', 'unknown', 1, 'jeanne@dupont.example', 'Mise en demeure', NULL, NULL, 'no answer in 20 s', 'fr', 'formal', 'formal-notice', '2026-03-10 12:00:00+00', NULL, 'aa', NULL, NULL);
INSERT INTO public.deliveries VALUES (8, 'F-e14c33c5/first/1/email', 'D-F-e14c33c5', 'email', 'claimed', 0, 'jeanne@dupont.example', 'Mise en demeure', NULL, NULL, NULL, 'fr', 'formal', 'formal-notice', '2026-03-10 12:00:00+00', NULL, 'aa', NULL, NULL);


--
-- Data for Name: delivery_cases; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.delivery_cases VALUES (1, 'F-fb339e3b', 'first', 1, 100000, 'EUR');
INSERT INTO public.delivery_cases VALUES (2, 'F-fb339e3b', 'second', 1, 100000, 'EUR');
INSERT INTO public.delivery_cases VALUES (3, 'F-47e98eaf', 'first', 1, 100000, 'EUR');
INSERT INTO public.delivery_cases VALUES (4, 'F-7dbc2854', 'first', 1, 100000, 'EUR');
INSERT INTO public.delivery_cases VALUES (5, 'F-a6df22f8', 'first', 1, 100000, 'EUR');
INSERT INTO public.delivery_cases VALUES (6, 'F-a6df22f8', 'formal-notice', 1, 120000, 'EUR');
INSERT INTO public.delivery_cases VALUES (7, 'F-a6df22f8', 'formal-notice', 1, 120000, 'EUR');
INSERT INTO public.delivery_cases VALUES (8, 'F-e14c33c5', 'first', 1, 120000, 'EUR');


--
-- Data for Name: invoices; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.invoices VALUES ('F-fb339e3b', 'F-fb339e3b', 'D-F-fb339e3b', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.094872+00');
INSERT INTO public.invoices VALUES ('F-47e98eaf', 'F-47e98eaf', 'D-F-47e98eaf', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.262252+00');
INSERT INTO public.invoices VALUES ('F-2b52522f', 'F-2b52522f', 'D-F-2b52522f', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.332475+00');
INSERT INTO public.invoices VALUES ('F-b394f468', 'F-b394f468', 'D-F-b394f468', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.395441+00');
INSERT INTO public.invoices VALUES ('F-7dbc2854', 'F-7dbc2854', 'D-F-7dbc2854', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.427982+00');
INSERT INTO public.invoices VALUES ('F-a6df22f8', 'F-a6df22f8', 'D-F-a6df22f8', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.475643+00');
INSERT INTO public.invoices VALUES ('F-e14c33c5', 'F-e14c33c5', 'D-F-e14c33c5', '2026-03-01', '2026-03-09', 100000, 'EUR', '{}', '2026-11-23 22:04:57.540252+00');
INSERT INTO public.invoices VALUES ('F-ff3078d2', 'F-ff3078d2', 'D-F-ff3078d2', '2026-12-01', '2026-12-31', 1, 'EUR', '{}', '2026-11-23 22:04:57.567473+00');


--
-- Data for Name: journal; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.journal VALUES ('F-fb339e3b', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', 'f8244745e854427754e9ba79402bf93c3f3f1bfbaa7bbf8ba31a8851c1226722');
INSERT INTO public.journal VALUES ('F-fb339e3b', 2, 1, 'Decided:1/9bacad919099', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', 'f8244745e854427754e9ba79402bf93c3f3f1bfbaa7bbf8ba31a8851c1226722', '0a240a2c18af105fc10a857596aff61ca30fd589a70153988a782614ba99f9b6');
INSERT INTO public.journal VALUES ('F-fb339e3b', 3, 2, 'StepPerformed:first/1', '2026-03-10 12:00:00+00', 'StepPerformed', '{"by":"system","channels":["email"],"deadline":null,"fact":"StepPerformed","id":"first/1","missing":{},"occurrence":1,"route":null,"step":"first","unknown":[]}', '0a240a2c18af105fc10a857596aff61ca30fd589a70153988a782614ba99f9b6', '0494b9ea5d50cf11013d6739c3403597a67f5cd825c89c5d57b7c50199cded22');
INSERT INTO public.journal VALUES ('F-fb339e3b', 4, 2, 'Decided:2/e33ed0d8871f', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"planned","words":{"anchor":"@due_date","counting":"@calendar_days","day":"2026-03-19","days":"10","step":"second"}},"do":"wait","outstanding":{"currency":"EUR","minor":100000},"step":"second","tasks":[],"until":"2026-03-18T23:00:00Z","why":"second is due on 2026-03-19: 10 calendar days after the due date."}', '0494b9ea5d50cf11013d6739c3403597a67f5cd825c89c5d57b7c50199cded22', 'b36aea3690684912ac2b7bff79c7c8f06de144f2b604d83373eb19074c5d1658');
INSERT INTO public.journal VALUES ('F-fb339e3b', 5, 3, 'StepPerformed:second/1', '2026-03-21 12:00:00+00', 'StepPerformed', '{"by":"system","channels":["email"],"deadline":null,"fact":"StepPerformed","id":"second/1","missing":{},"occurrence":1,"route":null,"step":"second","unknown":[]}', 'b36aea3690684912ac2b7bff79c7c8f06de144f2b604d83373eb19074c5d1658', '14b454d689285a11f5c2526e7db2576620f73e8148b9d0ae6addd0931df504d1');
INSERT INTO public.journal VALUES ('F-fb339e3b', 6, 3, 'Decided:3/da6ebcfeea75', '2026-03-21 12:00:00+00', 'Decided', '{"because":{"code":"end_of_policy","words":{"outstanding":"1000.00 EUR"}},"do":"ask","outstanding":{"currency":"EUR","minor":100000},"tasks":[{"key":"end-of-policy/2","kind":"end_of_policy","why":{"code":"end_of_policy","words":{"outstanding":"1000.00 EUR"}}}],"why":"Every step of the policy is done and 1000.00 EUR is still due: decide what follows."}', '14b454d689285a11f5c2526e7db2576620f73e8148b9d0ae6addd0931df504d1', 'b31e482a196ce19af53941096a44e85467b9ba8fee6b6a2dad9f0887bbccc80e');
INSERT INTO public.journal VALUES ('F-47e98eaf', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', '8864205650dbad53661258bf805a7ba2a6246862092e3693698be4ededdf0679');
INSERT INTO public.journal VALUES ('F-47e98eaf', 2, 1, 'Decided:1/9bacad919099', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', '8864205650dbad53661258bf805a7ba2a6246862092e3693698be4ededdf0679', '6f88a6c9879ea78ab9de4268174c133a72d99299bc2749d47601a40c5a531735');
INSERT INTO public.journal VALUES ('F-47e98eaf', 3, 2, 'StepPerformed:first/1', '2026-03-10 12:00:00+00', 'StepPerformed', '{"by":"system","channels":["email"],"deadline":null,"fact":"StepPerformed","id":"first/1","missing":{},"occurrence":1,"route":null,"step":"first","unknown":[]}', '6f88a6c9879ea78ab9de4268174c133a72d99299bc2749d47601a40c5a531735', '749b144c021c240c2ff1d11f4741f4832e56707fc0f7d0e9998a8ad207982fb2');
INSERT INTO public.journal VALUES ('F-47e98eaf', 4, 2, 'Decided:2/e33ed0d8871f', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"planned","words":{"anchor":"@due_date","counting":"@calendar_days","day":"2026-03-19","days":"10","step":"second"}},"do":"wait","outstanding":{"currency":"EUR","minor":100000},"step":"second","tasks":[],"until":"2026-03-18T23:00:00Z","why":"second is due on 2026-03-19: 10 calendar days after the due date."}', '749b144c021c240c2ff1d11f4741f4832e56707fc0f7d0e9998a8ad207982fb2', '8e9a991907d059a9b4e66d31498841374dac140ff06bf9f23994a796e1ed7a4b');
INSERT INTO public.journal VALUES ('F-47e98eaf', 5, 3, 'PaymentReceived:T1', '2026-03-11 12:00:00+00', 'PaymentReceived', '{"amount":{"currency":"EUR","minor":100000},"by":"system","fact":"PaymentReceived","id":"T1","received_on":"2026-03-11"}', '8e9a991907d059a9b4e66d31498841374dac140ff06bf9f23994a796e1ed7a4b', '4c6cb2e221884069136c3872491ccbf3ba7e7382afaec3cadb9281b122893e6b');
INSERT INTO public.journal VALUES ('F-47e98eaf', 6, 3, 'Decided:3/706798b6e601', '2026-03-11 12:00:00+00', 'Decided', '{"because":{"code":"paid","words":{"outstanding":"0.00 EUR"}},"do":"close","outcome":"paid","outstanding":{"currency":"EUR","minor":0},"tasks":[],"why":"Paid in full: 0.00 EUR is left."}', '4c6cb2e221884069136c3872491ccbf3ba7e7382afaec3cadb9281b122893e6b', '5f241730ce70a088483c2c30c8df4f3eea01a0a3423f70a438dd3fbe1e5ec8e2');
INSERT INTO public.journal VALUES ('F-2b52522f', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', 'c08e944f044044c03d8e6ac26e46591332d0dd170f6c4b55598e41f0476613fd');
INSERT INTO public.journal VALUES ('F-2b52522f', 2, 1, 'Decided:1/8d88e0aab325', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"call"}},"do":"perform","kind":"call","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[],"why":"call is due since 2026-03-09."}', 'c08e944f044044c03d8e6ac26e46591332d0dd170f6c4b55598e41f0476613fd', '207b7787594a50c72fe5c169b9825cd85f906bafcbb856f4e67372b5885ab363');
INSERT INTO public.journal VALUES ('F-2b52522f', 3, 2, 'CallRequested:call/1', '2026-03-10 12:00:00+00', 'CallRequested', '{"attempt":1,"by":"system","due":"2026-03-12T23:00:00Z","fact":"CallRequested","id":"call/1","step":"call"}', '207b7787594a50c72fe5c169b9825cd85f906bafcbb856f4e67372b5885ab363', '4323c0f36dcd3d9666185f0c902cb6b4a1ac84d0930c2cc58088d00ee614b3cd');
INSERT INTO public.journal VALUES ('F-2b52522f', 4, 2, 'Decided:2/0ede79f315e5', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}},"do":"ask","outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[{"due":"2026-03-12T23:00:00Z","key":"call/call/1","kind":"call","step":"call","why":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}}}],"why":"Call the debtor: attempt 1 of 3, by 2026-03-13."}', '4323c0f36dcd3d9666185f0c902cb6b4a1ac84d0930c2cc58088d00ee614b3cd', '83f020dc21744b51b6f5766d3e7695ec9d1d3fd81283876e8c88e11e2ebf436b');
INSERT INTO public.journal VALUES ('F-2b52522f', 5, 3, 'CallMade:T1', '2026-03-10 12:00:00+00', 'CallMade', '{"amount":null,"by":"marie","fact":"CallMade","id":"T1","note":"","promised_for":null,"result":"no_answer"}', '83f020dc21744b51b6f5766d3e7695ec9d1d3fd81283876e8c88e11e2ebf436b', '319cd4e82220dc307a9ed89c639fe9fb0e0dec633fe87a3f59c737c82dcaf2c9');
INSERT INTO public.journal VALUES ('F-2b52522f', 6, 3, 'Decided:3/1d03aa2e7479', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"next_attempt","words":{"attempt":"2","attempts":"3","day":"2026-03-11","step":"call"}},"do":"wait","outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[],"until":"2026-03-10T23:00:00Z","why":"call: attempt 2 of 3 is due on 2026-03-11."}', '319cd4e82220dc307a9ed89c639fe9fb0e0dec633fe87a3f59c737c82dcaf2c9', 'ac5dc94beb14daa7dc3d9c77e48932337b2edb7b4cfc122d5ea4ae4feaebc7ea');
INSERT INTO public.journal VALUES ('F-2b52522f', 7, 4, 'CallRequested:call/2', '2026-03-14 12:00:00+00', 'CallRequested', '{"attempt":2,"by":"system","due":"2026-03-16T23:00:00Z","fact":"CallRequested","id":"call/2","step":"call"}', 'ac5dc94beb14daa7dc3d9c77e48932337b2edb7b4cfc122d5ea4ae4feaebc7ea', 'f4f4817cbf23eebec8968aac86f56011b9907a7a71e4d153b5eac96d701b72aa');
INSERT INTO public.journal VALUES ('F-2b52522f', 8, 4, 'Decided:4/f2b33b439468', '2026-03-14 12:00:00+00', 'Decided', '{"because":{"code":"call_needed","words":{"attempt":"2","attempts":"3","day":"2026-03-17"}},"do":"ask","outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[{"due":"2026-03-16T23:00:00Z","key":"call/call/2","kind":"call","step":"call","why":{"code":"call_needed","words":{"attempt":"2","attempts":"3","day":"2026-03-17"}}}],"why":"Call the debtor: attempt 2 of 3, by 2026-03-17."}', 'f4f4817cbf23eebec8968aac86f56011b9907a7a71e4d153b5eac96d701b72aa', '47694b0e3b10b3cd5dbcb9dc967d472bace2126d1f830463583a4c2297cfcf79');
INSERT INTO public.journal VALUES ('F-b394f468', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', 'e231966bf1f3052068dc4355edf071c6f32de9ddd1abc180d1a08cdfb2ab389a');
INSERT INTO public.journal VALUES ('F-b394f468', 2, 1, 'Decided:1/8d88e0aab325', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"call"}},"do":"perform","kind":"call","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[],"why":"call is due since 2026-03-09."}', 'e231966bf1f3052068dc4355edf071c6f32de9ddd1abc180d1a08cdfb2ab389a', '540c17a8aea390ac0efa578c1920ae0648d807e292e45b7b4c3caaf08e60aadb');
INSERT INTO public.journal VALUES ('F-b394f468', 3, 2, 'CallRequested:call/1', '2026-03-10 12:00:00+00', 'CallRequested', '{"attempt":1,"by":"system","due":"2026-03-12T23:00:00Z","fact":"CallRequested","id":"call/1","step":"call"}', '540c17a8aea390ac0efa578c1920ae0648d807e292e45b7b4c3caaf08e60aadb', '71b94145e98b030e83666e810c427b7bb2f2b2136cbb2ff1ab397467a5c6ec45');
INSERT INTO public.journal VALUES ('F-b394f468', 4, 2, 'Decided:2/0ede79f315e5', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}},"do":"ask","outstanding":{"currency":"EUR","minor":100000},"step":"call","tasks":[{"due":"2026-03-12T23:00:00Z","key":"call/call/1","kind":"call","step":"call","why":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}}}],"why":"Call the debtor: attempt 1 of 3, by 2026-03-13."}', '71b94145e98b030e83666e810c427b7bb2f2b2136cbb2ff1ab397467a5c6ec45', 'ef0a7728a940429a7034191b9f489c5af4407d83213e101a6ec774c975703e3b');
INSERT INTO public.journal VALUES ('F-b394f468', 5, 3, 'DisputeOpened:T1', '2026-03-10 12:00:00+00', 'DisputeOpened', '{"amount":null,"by":"marie","fact":"DisputeOpened","id":"T1","reason":"goods damaged"}', 'ef0a7728a940429a7034191b9f489c5af4407d83213e101a6ec774c975703e3b', '42c6744d28f01217060ed63fbeb15f5a3ce500c884ded9102d9082ef3f7e1786');
INSERT INTO public.journal VALUES ('F-b394f468', 6, 3, 'Decided:3/db9518b2c8b3', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"disputed","words":{"amount":"1000.00 EUR","reason":"goods damaged"}},"do":"ask","outstanding":{"currency":"EUR","minor":0},"tasks":[{"due":"2026-04-08T22:00:00Z","key":"dispute/T1","kind":"dispute","why":{"code":"settle_dispute","words":{"amount":"1000.00 EUR","dispute":"T1","reason":"goods damaged"}}}],"why":"1000.00 EUR is disputed (goods damaged): nothing goes out until it is settled."}', '42c6744d28f01217060ed63fbeb15f5a3ce500c884ded9102d9082ef3f7e1786', 'd3de36944ec13f77aaf7957942c8e79042a83869e09605f79c5df732c12b43f9');
INSERT INTO public.journal VALUES ('F-7dbc2854', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', '548f4153a90a66ce49f32d16f4cc3440f7e4d914ff4cc1c6a99a0cb9f890962c');
INSERT INTO public.journal VALUES ('F-7dbc2854', 2, 1, 'Decided:1/9bacad919099', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', '548f4153a90a66ce49f32d16f4cc3440f7e4d914ff4cc1c6a99a0cb9f890962c', '27b9878b2fd3764dd39f496d8517b08e6995522bbee0d565237a5f91511160f8');
INSERT INTO public.journal VALUES ('F-7dbc2854', 3, 2, 'PaymentReceived:T1', '2026-03-10 12:01:00+00', 'PaymentReceived', '{"amount":{"currency":"EUR","minor":40000},"by":"system","fact":"PaymentReceived","id":"T1","received_on":"2026-03-11"}', '27b9878b2fd3764dd39f496d8517b08e6995522bbee0d565237a5f91511160f8', '66b39445fba7864ba01ab7afc2474004c24e3c92bdfa393ed03897d764ecdccb');
INSERT INTO public.journal VALUES ('F-7dbc2854', 4, 2, 'Decided:2/f3aaea096ba9', '2026-03-10 12:01:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":60000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', '66b39445fba7864ba01ab7afc2474004c24e3c92bdfa393ed03897d764ecdccb', 'df7acb28fd8a77961df23ea4cfe0075bab15de11487565e01e0480804ffff809');
INSERT INTO public.journal VALUES ('F-a6df22f8', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', 'bdefee44f62281cd2c722dd2c75a1711c1560c35514178d6dfc5e7b8dbdcec0a');
INSERT INTO public.journal VALUES ('F-a6df22f8', 2, 1, 'Decided:1/9bacad919099', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', 'bdefee44f62281cd2c722dd2c75a1711c1560c35514178d6dfc5e7b8dbdcec0a', '53f68196d517831ff9f4154e0af4287f715449350cae500153ce0e7e4d78b2f8');
INSERT INTO public.journal VALUES ('F-a6df22f8', 3, 2, 'StepPerformed:first/1', '2026-03-10 12:00:00+00', 'StepPerformed', '{"by":"system","channels":["email"],"deadline":null,"fact":"StepPerformed","id":"first/1","missing":{},"occurrence":1,"route":null,"step":"first","unknown":[]}', '53f68196d517831ff9f4154e0af4287f715449350cae500153ce0e7e4d78b2f8', '15c3ce63991c42c68df47dbea0be4c1366042649a19db93eaea77ae590817941');
INSERT INTO public.journal VALUES ('F-a6df22f8', 4, 2, 'Decided:2/e33ed0d8871f', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"planned","words":{"anchor":"@due_date","counting":"@calendar_days","day":"2026-03-19","days":"10","step":"second"}},"do":"wait","outstanding":{"currency":"EUR","minor":100000},"step":"second","tasks":[],"until":"2026-03-18T23:00:00Z","why":"second is due on 2026-03-19: 10 calendar days after the due date."}', '15c3ce63991c42c68df47dbea0be4c1366042649a19db93eaea77ae590817941', '29d8229d3178eec149921b354186fb822a982f32b32372ad2562619b5f61699e');
INSERT INTO public.journal VALUES ('F-e14c33c5', 1, 1, 'CaseOpened:opened', '2026-03-10 12:00:00+00', 'CaseOpened', '{"by":"system","fact":"CaseOpened","id":"opened"}', '', '8c2ac679b97de5e940711903fcce3a800574e234019e73b84c016757d209a704');
INSERT INTO public.journal VALUES ('F-e14c33c5', 2, 1, 'Decided:1/9bacad919099', '2026-03-10 12:00:00+00', 'Decided', '{"because":{"code":"due_now","words":{"day":"2026-03-09","step":"first"}},"do":"perform","kind":"message","occurrence":1,"outstanding":{"currency":"EUR","minor":100000},"step":"first","tasks":[],"why":"first is due since 2026-03-09."}', '8c2ac679b97de5e940711903fcce3a800574e234019e73b84c016757d209a704', 'cd564ce42e6f46d158ee2a3a8dfa0e0d68f10cc99954ff7211aff877ba616a6e');


--
-- Data for Name: letters_sent; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.letters_sent VALUES ('F-fb339e3b/first/1/email', 'message.txt', 'text/plain', '\x52617070656cc2a03a206661637475726520462d666233333965336220c3a963687565206c652039c2a06d61727320323032360a0a426f6e6a6f75722c0a0a5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e0a0a2d204661637475726520462d66623333396533622028c3896d697365206c652030312f30332f323032362c20c3896368c3a9616e63652030392f30332f3230323629c2a03a2031c2a03030302c3030c2a0e282ac2c2052657374652064c3bbc2a03a2031c2a03030302c3030c2a0e282ac0a2020546f74616c20c3a0207061796572c2a03a2031c2a03030302c3030c2a0e282ac0a0a506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f0a0a506179657220656e206c69676e65c2a03a2068747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d66623333396533620a50617220766972656d656e74c2a03a204942414e204652373620333030392039303030203031303020303031322033343536203737332c20424943204558414d465250505858580a52c3a966c3a972656e636520c3a020696e646971756572c2a03a20462d66623333396533620a0a566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e0a556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e0a0a53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e0a0a41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c0a0a48c3a96cc3a86e65204d61726368657474690a446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872650a4174656c696572204c756d656e0a0a2d2d200a566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74730a54c3a96c2e202b3333203420393920303020303020313220c2b720636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c650a4e6f7472652072c3a966c3a972656e6365c2a03a20462d66623333396533620a4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738320a', 'd13b8b25b4434e77333e4cc3ee7e90c7d8ccd4b4a4b4c668f9c924eb9d5122fe');
INSERT INTO public.letters_sent VALUES ('F-fb339e3b/first/1/email', 'message.html', 'text/html', '\x3c21444f43545950452068746d6c3e0a3c68746d6c206c616e673d226672223e0a3c686561643e0a3c6d65746120636861727365743d227574662d38223e0a3c6d657461206e616d653d2276696577706f72742220636f6e74656e743d2277696474683d6465766963652d77696474682c20696e697469616c2d7363616c653d31223e0a3c6d657461206e616d653d22636f6c6f722d736368656d652220636f6e74656e743d226c69676874223e0a3c7469746c653e52617070656cc2a03a206661637475726520462d666233333965336220c3a963687565206c652039c2a06d61727320323032363c2f7469746c653e0a3c2f686561643e0a3c626f6479207374796c653d226d617267696e3a303b70616464696e673a303b6261636b67726f756e643a236633663466363b223e0a3c646976207374796c653d226d61782d77696474683a36343070783b6d617267696e3a30206175746f3b70616464696e673a313670783b666f6e742d66616d696c793a417269616c2c48656c7665746963612c73616e732d73657269663b666f6e742d73697a653a313670783b6c696e652d6865696768743a312e353b636f6c6f723a233166323933373b223e0a3c646976207374796c653d2270616464696e673a3870782038707820313270783b666f6e742d73697a653a313870783b666f6e742d7765696768743a626f6c643b636f6c6f723a233131313832373b223e4174656c696572204c756d656e3c2f6469763e0a3c646976207374796c653d226261636b67726f756e643a236666666666663b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b70616464696e673a323470783b223e0a3c70207374796c653d226d617267696e3a30203020313670783b223e426f6e6a6f75722c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e3c2f703e0a3c646976207374796c653d226f766572666c6f772d783a6175746f3b6d617267696e3a30203020313670783b223e0a3c7461626c65207374796c653d2277696474683a313030253b626f726465722d636f6c6c617073653a636f6c6c617073653b666f6e742d73697a653a313470783b223e0a3c74686561643e0a3c7472207374796c653d226261636b67726f756e643a236633663466363b223e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e466163747572653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223ec3896368c3a9616e63653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e4d6f6e74616e74205454433c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e506179c3a9206f75206372c3a9646974c3a93c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e52657374652064c3bb3c2f74683e0a3c2f74723e0a3c2f74686561643e0a3c74626f64793e0a3c74723e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b223e462d66623333396533623c62723e3c7370616e207374796c653d22636f6c6f723a233462353536333b666f6e742d73697a653a313270783b223ec3896d697365206c652030312f30332f323032363c2f7370616e3e3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b77686974652d73706163653a6e6f777261703b223e30392f30332f323032363c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223ee280933c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74626f64793e0a3c74666f6f743e0a3c74723e0a3c74682073636f70653d22726f772220636f6c7370616e3d223422207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b223e546f74616c20c3a02070617965723c2f74683e0a3c7464207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b666f6e742d7765696768743a626f6c643b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74666f6f743e0a3c2f7461626c653e0a3c2f6469763e0a3c70207374796c653d226d617267696e3a30203020313670783b223e506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e3c6120687265663d2268747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d666233333965336222207374796c653d22646973706c61793a696e6c696e652d626c6f636b3b6261636b67726f756e643a233164346564383b636f6c6f723a236666666666663b746578742d6465636f726174696f6e3a6e6f6e653b666f6e742d7765696768743a626f6c643b70616464696e673a3132707820323470783b626f726465722d7261646975733a3670783b223e506179657220656e206c69676e653c2f613e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b70616464696e673a313270783b6261636b67726f756e643a236639666166623b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b666f6e742d73697a653a313470783b223e50617220766972656d656e74c2a03a3c62723e0a4942414e203c7370616e207374796c653d2277686974652d73706163653a6e6f777261703b223e4652373620333030392039303030203031303020303031322033343536203737333c2f7370616e3e3c62723e0a424943204558414d465250505858583c62723e0a52c3a966c3a972656e636520c3a020696e646971756572c2a03a203c7374726f6e673e462d66623333396533623c2f7374726f6e673e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e3c62723e556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e48c3a96cc3a86e65204d61726368657474693c62723e446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872653c62723e4174656c696572204c756d656e3c2f703e0a3c2f6469763e0a3c646976207374796c653d2270616464696e673a31367078203870783b666f6e742d73697a653a313370783b636f6c6f723a233462353536333b223e0a3c70207374796c653d226d617267696e3a302030203870783b223e566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74733c62723e0a54c3a96c2e202b3333203420393920303020303020313220c2b7203c6120687265663d226d61696c746f3a636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c6522207374796c653d22636f6c6f723a233164346564383b223e636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c653c2f613e3c62723e0a4e6f7472652072c3a966c3a972656e6365c2a03a20462d66623333396533623c2f703e0a3c70207374796c653d226d617267696e3a303b666f6e742d73697a653a313270783b223e4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738323c2f703e0a3c2f6469763e0a3c2f6469763e0a3c2f626f64793e0a3c2f68746d6c3e', '60913a376f0b9952263683955a436df4f2a4662d59ffc417c27cdf7243a40012');
INSERT INTO public.letters_sent VALUES ('F-fb339e3b/second/1/email', 'message.txt', 'text/plain', '\x52617070656cc2a03a206661637475726520462d666233333965336220c3a963687565206c652039c2a06d61727320323032360a0a426f6e6a6f75722c0a0a5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e0a0a2d204661637475726520462d66623333396533622028c3896d697365206c652030312f30332f323032362c20c3896368c3a9616e63652030392f30332f3230323629c2a03a2031c2a03030302c3030c2a0e282ac2c2052657374652064c3bbc2a03a2031c2a03030302c3030c2a0e282ac0a2020546f74616c20c3a0207061796572c2a03a2031c2a03030302c3030c2a0e282ac0a0a506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f0a0a506179657220656e206c69676e65c2a03a2068747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d66623333396533620a50617220766972656d656e74c2a03a204942414e204652373620333030392039303030203031303020303031322033343536203737332c20424943204558414d465250505858580a52c3a966c3a972656e636520c3a020696e646971756572c2a03a20462d66623333396533620a0a566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e0a556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e0a0a41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c0a0a48c3a96cc3a86e65204d61726368657474690a446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872650a4174656c696572204c756d656e0a0a2d2d200a566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74730a54c3a96c2e202b3333203420393920303020303020313220c2b720636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c650a4e6f7472652072c3a966c3a972656e6365c2a03a20462d66623333396533620a4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738320a', 'c90a5302e7cdbebedda1a40b64ee5a9be4e2ba1635eb33bb109023172e1c427c');
INSERT INTO public.letters_sent VALUES ('F-fb339e3b/second/1/email', 'message.html', 'text/html', '\x3c21444f43545950452068746d6c3e0a3c68746d6c206c616e673d226672223e0a3c686561643e0a3c6d65746120636861727365743d227574662d38223e0a3c6d657461206e616d653d2276696577706f72742220636f6e74656e743d2277696474683d6465766963652d77696474682c20696e697469616c2d7363616c653d31223e0a3c6d657461206e616d653d22636f6c6f722d736368656d652220636f6e74656e743d226c69676874223e0a3c7469746c653e52617070656cc2a03a206661637475726520462d666233333965336220c3a963687565206c652039c2a06d61727320323032363c2f7469746c653e0a3c2f686561643e0a3c626f6479207374796c653d226d617267696e3a303b70616464696e673a303b6261636b67726f756e643a236633663466363b223e0a3c646976207374796c653d226d61782d77696474683a36343070783b6d617267696e3a30206175746f3b70616464696e673a313670783b666f6e742d66616d696c793a417269616c2c48656c7665746963612c73616e732d73657269663b666f6e742d73697a653a313670783b6c696e652d6865696768743a312e353b636f6c6f723a233166323933373b223e0a3c646976207374796c653d2270616464696e673a3870782038707820313270783b666f6e742d73697a653a313870783b666f6e742d7765696768743a626f6c643b636f6c6f723a233131313832373b223e4174656c696572204c756d656e3c2f6469763e0a3c646976207374796c653d226261636b67726f756e643a236666666666663b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b70616464696e673a323470783b223e0a3c70207374796c653d226d617267696e3a30203020313670783b223e426f6e6a6f75722c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e3c2f703e0a3c646976207374796c653d226f766572666c6f772d783a6175746f3b6d617267696e3a30203020313670783b223e0a3c7461626c65207374796c653d2277696474683a313030253b626f726465722d636f6c6c617073653a636f6c6c617073653b666f6e742d73697a653a313470783b223e0a3c74686561643e0a3c7472207374796c653d226261636b67726f756e643a236633663466363b223e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e466163747572653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223ec3896368c3a9616e63653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e4d6f6e74616e74205454433c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e506179c3a9206f75206372c3a9646974c3a93c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e52657374652064c3bb3c2f74683e0a3c2f74723e0a3c2f74686561643e0a3c74626f64793e0a3c74723e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b223e462d66623333396533623c62723e3c7370616e207374796c653d22636f6c6f723a233462353536333b666f6e742d73697a653a313270783b223ec3896d697365206c652030312f30332f323032363c2f7370616e3e3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b77686974652d73706163653a6e6f777261703b223e30392f30332f323032363c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223ee280933c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74626f64793e0a3c74666f6f743e0a3c74723e0a3c74682073636f70653d22726f772220636f6c7370616e3d223422207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b223e546f74616c20c3a02070617965723c2f74683e0a3c7464207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b666f6e742d7765696768743a626f6c643b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74666f6f743e0a3c2f7461626c653e0a3c2f6469763e0a3c70207374796c653d226d617267696e3a30203020313670783b223e506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e3c6120687265663d2268747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d666233333965336222207374796c653d22646973706c61793a696e6c696e652d626c6f636b3b6261636b67726f756e643a233164346564383b636f6c6f723a236666666666663b746578742d6465636f726174696f6e3a6e6f6e653b666f6e742d7765696768743a626f6c643b70616464696e673a3132707820323470783b626f726465722d7261646975733a3670783b223e506179657220656e206c69676e653c2f613e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b70616464696e673a313270783b6261636b67726f756e643a236639666166623b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b666f6e742d73697a653a313470783b223e50617220766972656d656e74c2a03a3c62723e0a4942414e203c7370616e207374796c653d2277686974652d73706163653a6e6f777261703b223e4652373620333030392039303030203031303020303031322033343536203737333c2f7370616e3e3c62723e0a424943204558414d465250505858583c62723e0a52c3a966c3a972656e636520c3a020696e646971756572c2a03a203c7374726f6e673e462d66623333396533623c2f7374726f6e673e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e3c62723e556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e48c3a96cc3a86e65204d61726368657474693c62723e446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872653c62723e4174656c696572204c756d656e3c2f703e0a3c2f6469763e0a3c646976207374796c653d2270616464696e673a31367078203870783b666f6e742d73697a653a313370783b636f6c6f723a233462353536333b223e0a3c70207374796c653d226d617267696e3a302030203870783b223e566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74733c62723e0a54c3a96c2e202b3333203420393920303020303020313220c2b7203c6120687265663d226d61696c746f3a636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c6522207374796c653d22636f6c6f723a233164346564383b223e636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c653c2f613e3c62723e0a4e6f7472652072c3a966c3a972656e6365c2a03a20462d66623333396533623c2f703e0a3c70207374796c653d226d617267696e3a303b666f6e742d73697a653a313270783b223e4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738323c2f703e0a3c2f6469763e0a3c2f6469763e0a3c2f626f64793e0a3c2f68746d6c3e', 'e73b845cea66be4f14076dc79fc0786f9205b26f6608337e41b976b89844c672');
INSERT INTO public.letters_sent VALUES ('F-47e98eaf/first/1/email', 'message.txt', 'text/plain', '\x52617070656cc2a03a206661637475726520462d343765393865616620c3a963687565206c652039c2a06d61727320323032360a0a426f6e6a6f75722c0a0a5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e0a0a2d204661637475726520462d34376539386561662028c3896d697365206c652030312f30332f323032362c20c3896368c3a9616e63652030392f30332f3230323629c2a03a2031c2a03030302c3030c2a0e282ac2c2052657374652064c3bbc2a03a2031c2a03030302c3030c2a0e282ac0a2020546f74616c20c3a0207061796572c2a03a2031c2a03030302c3030c2a0e282ac0a0a506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f0a0a506179657220656e206c69676e65c2a03a2068747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d34376539386561660a50617220766972656d656e74c2a03a204942414e204652373620333030392039303030203031303020303031322033343536203737332c20424943204558414d465250505858580a52c3a966c3a972656e636520c3a020696e646971756572c2a03a20462d34376539386561660a0a566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e0a556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e0a0a53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e0a0a41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c0a0a48c3a96cc3a86e65204d61726368657474690a446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872650a4174656c696572204c756d656e0a0a2d2d200a566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74730a54c3a96c2e202b3333203420393920303020303020313220c2b720636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c650a4e6f7472652072c3a966c3a972656e6365c2a03a20462d34376539386561660a4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738320a', '1f01dad684271c5ca1451b8de22784c34e84eb8081506464e3a52958db630f94');
INSERT INTO public.letters_sent VALUES ('F-47e98eaf/first/1/email', 'message.html', 'text/html', '\x3c21444f43545950452068746d6c3e0a3c68746d6c206c616e673d226672223e0a3c686561643e0a3c6d65746120636861727365743d227574662d38223e0a3c6d657461206e616d653d2276696577706f72742220636f6e74656e743d2277696474683d6465766963652d77696474682c20696e697469616c2d7363616c653d31223e0a3c6d657461206e616d653d22636f6c6f722d736368656d652220636f6e74656e743d226c69676874223e0a3c7469746c653e52617070656cc2a03a206661637475726520462d343765393865616620c3a963687565206c652039c2a06d61727320323032363c2f7469746c653e0a3c2f686561643e0a3c626f6479207374796c653d226d617267696e3a303b70616464696e673a303b6261636b67726f756e643a236633663466363b223e0a3c646976207374796c653d226d61782d77696474683a36343070783b6d617267696e3a30206175746f3b70616464696e673a313670783b666f6e742d66616d696c793a417269616c2c48656c7665746963612c73616e732d73657269663b666f6e742d73697a653a313670783b6c696e652d6865696768743a312e353b636f6c6f723a233166323933373b223e0a3c646976207374796c653d2270616464696e673a3870782038707820313270783b666f6e742d73697a653a313870783b666f6e742d7765696768743a626f6c643b636f6c6f723a233131313832373b223e4174656c696572204c756d656e3c2f6469763e0a3c646976207374796c653d226261636b67726f756e643a236666666666663b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b70616464696e673a323470783b223e0a3c70207374796c653d226d617267696e3a30203020313670783b223e426f6e6a6f75722c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e3c2f703e0a3c646976207374796c653d226f766572666c6f772d783a6175746f3b6d617267696e3a30203020313670783b223e0a3c7461626c65207374796c653d2277696474683a313030253b626f726465722d636f6c6c617073653a636f6c6c617073653b666f6e742d73697a653a313470783b223e0a3c74686561643e0a3c7472207374796c653d226261636b67726f756e643a236633663466363b223e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e466163747572653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223ec3896368c3a9616e63653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e4d6f6e74616e74205454433c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e506179c3a9206f75206372c3a9646974c3a93c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e52657374652064c3bb3c2f74683e0a3c2f74723e0a3c2f74686561643e0a3c74626f64793e0a3c74723e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b223e462d34376539386561663c62723e3c7370616e207374796c653d22636f6c6f723a233462353536333b666f6e742d73697a653a313270783b223ec3896d697365206c652030312f30332f323032363c2f7370616e3e3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b77686974652d73706163653a6e6f777261703b223e30392f30332f323032363c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223ee280933c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74626f64793e0a3c74666f6f743e0a3c74723e0a3c74682073636f70653d22726f772220636f6c7370616e3d223422207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b223e546f74616c20c3a02070617965723c2f74683e0a3c7464207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b666f6e742d7765696768743a626f6c643b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74666f6f743e0a3c2f7461626c653e0a3c2f6469763e0a3c70207374796c653d226d617267696e3a30203020313670783b223e506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e3c6120687265663d2268747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d343765393865616622207374796c653d22646973706c61793a696e6c696e652d626c6f636b3b6261636b67726f756e643a233164346564383b636f6c6f723a236666666666663b746578742d6465636f726174696f6e3a6e6f6e653b666f6e742d7765696768743a626f6c643b70616464696e673a3132707820323470783b626f726465722d7261646975733a3670783b223e506179657220656e206c69676e653c2f613e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b70616464696e673a313270783b6261636b67726f756e643a236639666166623b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b666f6e742d73697a653a313470783b223e50617220766972656d656e74c2a03a3c62723e0a4942414e203c7370616e207374796c653d2277686974652d73706163653a6e6f777261703b223e4652373620333030392039303030203031303020303031322033343536203737333c2f7370616e3e3c62723e0a424943204558414d465250505858583c62723e0a52c3a966c3a972656e636520c3a020696e646971756572c2a03a203c7374726f6e673e462d34376539386561663c2f7374726f6e673e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e3c62723e556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e48c3a96cc3a86e65204d61726368657474693c62723e446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872653c62723e4174656c696572204c756d656e3c2f703e0a3c2f6469763e0a3c646976207374796c653d2270616464696e673a31367078203870783b666f6e742d73697a653a313370783b636f6c6f723a233462353536333b223e0a3c70207374796c653d226d617267696e3a302030203870783b223e566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74733c62723e0a54c3a96c2e202b3333203420393920303020303020313220c2b7203c6120687265663d226d61696c746f3a636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c6522207374796c653d22636f6c6f723a233164346564383b223e636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c653c2f613e3c62723e0a4e6f7472652072c3a966c3a972656e6365c2a03a20462d34376539386561663c2f703e0a3c70207374796c653d226d617267696e3a303b666f6e742d73697a653a313270783b223e4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738323c2f703e0a3c2f6469763e0a3c2f6469763e0a3c2f626f64793e0a3c2f68746d6c3e', '3bd33b659fe60a289a511d0f4af5d771c6426a662e3ed3a16d3ccd07d63a274a');
INSERT INTO public.letters_sent VALUES ('F-7dbc2854/first/1/email', 'message.txt', 'text/plain', '\x52617070656cc2a03a206661637475726520462d376462633238353420c3a963687565206c652039c2a06d61727320323032360a0a426f6e6a6f75722c0a0a5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e0a0a2d204661637475726520462d37646263323835342028c3896d697365206c652030312f30332f323032362c20c3896368c3a9616e63652030392f30332f3230323629c2a03a2031c2a03030302c3030c2a0e282ac2c2052657374652064c3bbc2a03a2031c2a03030302c3030c2a0e282ac0a2020546f74616c20c3a0207061796572c2a03a2031c2a03030302c3030c2a0e282ac0a0a506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f0a0a506179657220656e206c69676e65c2a03a2068747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d37646263323835340a50617220766972656d656e74c2a03a204942414e204652373620333030392039303030203031303020303031322033343536203737332c20424943204558414d465250505858580a52c3a966c3a972656e636520c3a020696e646971756572c2a03a20462d37646263323835340a0a566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e0a556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e0a0a53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e0a0a41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c0a0a48c3a96cc3a86e65204d61726368657474690a446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872650a4174656c696572204c756d656e0a0a2d2d200a566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74730a54c3a96c2e202b3333203420393920303020303020313220c2b720636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c650a4e6f7472652072c3a966c3a972656e6365c2a03a20462d37646263323835340a4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738320a', '4db9cb923c042abe01d08d560d5a1082fe2d0c199d4ee03d9e34584816b91bee');
INSERT INTO public.letters_sent VALUES ('F-7dbc2854/first/1/email', 'message.html', 'text/html', '\x3c21444f43545950452068746d6c3e0a3c68746d6c206c616e673d226672223e0a3c686561643e0a3c6d65746120636861727365743d227574662d38223e0a3c6d657461206e616d653d2276696577706f72742220636f6e74656e743d2277696474683d6465766963652d77696474682c20696e697469616c2d7363616c653d31223e0a3c6d657461206e616d653d22636f6c6f722d736368656d652220636f6e74656e743d226c69676874223e0a3c7469746c653e52617070656cc2a03a206661637475726520462d376462633238353420c3a963687565206c652039c2a06d61727320323032363c2f7469746c653e0a3c2f686561643e0a3c626f6479207374796c653d226d617267696e3a303b70616464696e673a303b6261636b67726f756e643a236633663466363b223e0a3c646976207374796c653d226d61782d77696474683a36343070783b6d617267696e3a30206175746f3b70616464696e673a313670783b666f6e742d66616d696c793a417269616c2c48656c7665746963612c73616e732d73657269663b666f6e742d73697a653a313670783b6c696e652d6865696768743a312e353b636f6c6f723a233166323933373b223e0a3c646976207374796c653d2270616464696e673a3870782038707820313270783b666f6e742d73697a653a313870783b666f6e742d7765696768743a626f6c643b636f6c6f723a233131313832373b223e4174656c696572204c756d656e3c2f6469763e0a3c646976207374796c653d226261636b67726f756e643a236666666666663b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b70616464696e673a323470783b223e0a3c70207374796c653d226d617267696e3a30203020313670783b223e426f6e6a6f75722c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e3c2f703e0a3c646976207374796c653d226f766572666c6f772d783a6175746f3b6d617267696e3a30203020313670783b223e0a3c7461626c65207374796c653d2277696474683a313030253b626f726465722d636f6c6c617073653a636f6c6c617073653b666f6e742d73697a653a313470783b223e0a3c74686561643e0a3c7472207374796c653d226261636b67726f756e643a236633663466363b223e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e466163747572653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223ec3896368c3a9616e63653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e4d6f6e74616e74205454433c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e506179c3a9206f75206372c3a9646974c3a93c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e52657374652064c3bb3c2f74683e0a3c2f74723e0a3c2f74686561643e0a3c74626f64793e0a3c74723e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b223e462d37646263323835343c62723e3c7370616e207374796c653d22636f6c6f723a233462353536333b666f6e742d73697a653a313270783b223ec3896d697365206c652030312f30332f323032363c2f7370616e3e3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b77686974652d73706163653a6e6f777261703b223e30392f30332f323032363c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223ee280933c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74626f64793e0a3c74666f6f743e0a3c74723e0a3c74682073636f70653d22726f772220636f6c7370616e3d223422207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b223e546f74616c20c3a02070617965723c2f74683e0a3c7464207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b666f6e742d7765696768743a626f6c643b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74666f6f743e0a3c2f7461626c653e0a3c2f6469763e0a3c70207374796c653d226d617267696e3a30203020313670783b223e506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e3c6120687265663d2268747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d376462633238353422207374796c653d22646973706c61793a696e6c696e652d626c6f636b3b6261636b67726f756e643a233164346564383b636f6c6f723a236666666666663b746578742d6465636f726174696f6e3a6e6f6e653b666f6e742d7765696768743a626f6c643b70616464696e673a3132707820323470783b626f726465722d7261646975733a3670783b223e506179657220656e206c69676e653c2f613e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b70616464696e673a313270783b6261636b67726f756e643a236639666166623b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b666f6e742d73697a653a313470783b223e50617220766972656d656e74c2a03a3c62723e0a4942414e203c7370616e207374796c653d2277686974652d73706163653a6e6f777261703b223e4652373620333030392039303030203031303020303031322033343536203737333c2f7370616e3e3c62723e0a424943204558414d465250505858583c62723e0a52c3a966c3a972656e636520c3a020696e646971756572c2a03a203c7374726f6e673e462d37646263323835343c2f7374726f6e673e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e3c62723e556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e48c3a96cc3a86e65204d61726368657474693c62723e446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872653c62723e4174656c696572204c756d656e3c2f703e0a3c2f6469763e0a3c646976207374796c653d2270616464696e673a31367078203870783b666f6e742d73697a653a313370783b636f6c6f723a233462353536333b223e0a3c70207374796c653d226d617267696e3a302030203870783b223e566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74733c62723e0a54c3a96c2e202b3333203420393920303020303020313220c2b7203c6120687265663d226d61696c746f3a636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c6522207374796c653d22636f6c6f723a233164346564383b223e636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c653c2f613e3c62723e0a4e6f7472652072c3a966c3a972656e6365c2a03a20462d37646263323835343c2f703e0a3c70207374796c653d226d617267696e3a303b666f6e742d73697a653a313270783b223e4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738323c2f703e0a3c2f6469763e0a3c2f6469763e0a3c2f626f64793e0a3c2f68746d6c3e', 'f1c4b5960e07f9bc8dc305100af9941a47c40803ae659a90f2bbcae4bb679ff7');
INSERT INTO public.letters_sent VALUES ('F-a6df22f8/first/1/email', 'message.txt', 'text/plain', '\x52617070656cc2a03a206661637475726520462d613664663232663820c3a963687565206c652039c2a06d61727320323032360a0a426f6e6a6f75722c0a0a5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e0a0a2d204661637475726520462d61366466323266382028c3896d697365206c652030312f30332f323032362c20c3896368c3a9616e63652030392f30332f3230323629c2a03a2031c2a03030302c3030c2a0e282ac2c2052657374652064c3bbc2a03a2031c2a03030302c3030c2a0e282ac0a2020546f74616c20c3a0207061796572c2a03a2031c2a03030302c3030c2a0e282ac0a0a506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f0a0a506179657220656e206c69676e65c2a03a2068747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d61366466323266380a50617220766972656d656e74c2a03a204942414e204652373620333030392039303030203031303020303031322033343536203737332c20424943204558414d465250505858580a52c3a966c3a972656e636520c3a020696e646971756572c2a03a20462d61366466323266380a0a566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e0a556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e0a0a53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e0a0a41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c0a0a48c3a96cc3a86e65204d61726368657474690a446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872650a4174656c696572204c756d656e0a0a2d2d200a566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74730a54c3a96c2e202b3333203420393920303020303020313220c2b720636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c650a4e6f7472652072c3a966c3a972656e6365c2a03a20462d61366466323266380a4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738320a', 'cecb670fff4c22b69440537c39ed8546a09dbf1fde6cebb8464a3acd1fb8ca7d');
INSERT INTO public.letters_sent VALUES ('F-a6df22f8/first/1/email', 'message.html', 'text/html', '\x3c21444f43545950452068746d6c3e0a3c68746d6c206c616e673d226672223e0a3c686561643e0a3c6d65746120636861727365743d227574662d38223e0a3c6d657461206e616d653d2276696577706f72742220636f6e74656e743d2277696474683d6465766963652d77696474682c20696e697469616c2d7363616c653d31223e0a3c6d657461206e616d653d22636f6c6f722d736368656d652220636f6e74656e743d226c69676874223e0a3c7469746c653e52617070656cc2a03a206661637475726520462d613664663232663820c3a963687565206c652039c2a06d61727320323032363c2f7469746c653e0a3c2f686561643e0a3c626f6479207374796c653d226d617267696e3a303b70616464696e673a303b6261636b67726f756e643a236633663466363b223e0a3c646976207374796c653d226d61782d77696474683a36343070783b6d617267696e3a30206175746f3b70616464696e673a313670783b666f6e742d66616d696c793a417269616c2c48656c7665746963612c73616e732d73657269663b666f6e742d73697a653a313670783b6c696e652d6865696768743a312e353b636f6c6f723a233166323933373b223e0a3c646976207374796c653d2270616464696e673a3870782038707820313270783b666f6e742d73697a653a313870783b666f6e742d7765696768743a626f6c643b636f6c6f723a233131313832373b223e4174656c696572204c756d656e3c2f6469763e0a3c646976207374796c653d226261636b67726f756e643a236666666666663b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b70616464696e673a323470783b223e0a3c70207374796c653d226d617267696e3a30203020313670783b223e426f6e6a6f75722c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e5361756620657272657572206465206e6f74726520706172742c206e6f7573206ee2809961766f6e732070617320656e636f7265207265c3a775206c652072c3a8676c656d656e74206465206c6120666163747572652063692d646573736f75732e20496c2073e28099616769742073616e7320646f7574652064e28099756e206f75626c692e3c2f703e0a3c646976207374796c653d226f766572666c6f772d783a6175746f3b6d617267696e3a30203020313670783b223e0a3c7461626c65207374796c653d2277696474683a313030253b626f726465722d636f6c6c617073653a636f6c6c617073653b666f6e742d73697a653a313470783b223e0a3c74686561643e0a3c7472207374796c653d226261636b67726f756e643a236633663466363b223e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e466163747572653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a6c6566743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223ec3896368c3a9616e63653c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e4d6f6e74616e74205454433c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e506179c3a9206f75206372c3a9646974c3a93c2f74683e0a3c74682073636f70653d22636f6c22207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b626f726465722d626f74746f6d3a32707820736f6c696420236431643564623b223e52657374652064c3bb3c2f74683e0a3c2f74723e0a3c2f74686561643e0a3c74626f64793e0a3c74723e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b223e462d61366466323266383c62723e3c7370616e207374796c653d22636f6c6f723a233462353536333b666f6e742d73697a653a313270783b223ec3896d697365206c652030312f30332f323032363c2f7370616e3e3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b77686974652d73706163653a6e6f777261703b223e30392f30332f323032363c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223ee280933c2f74643e0a3c7464207374796c653d2270616464696e673a3870783b626f726465722d626f74746f6d3a31707820736f6c696420236535653765623b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74626f64793e0a3c74666f6f743e0a3c74723e0a3c74682073636f70653d22726f772220636f6c7370616e3d223422207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b223e546f74616c20c3a02070617965723c2f74683e0a3c7464207374796c653d2270616464696e673a3870783b746578742d616c69676e3a72696768743b77686974652d73706163653a6e6f777261703b666f6e742d7765696768743a626f6c643b223e31c2a03030302c3030c2a0e282ac3c2f74643e0a3c2f74723e0a3c2f74666f6f743e0a3c2f7461626c653e0a3c2f6469763e0a3c70207374796c653d226d617267696e3a30203020313670783b223e506f75727269657a2d766f75732070726f63c3a96465722061752072c3a8676c656d656e742064616e73206c65732070726f636861696e73206a6f757273c2a03f3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e3c6120687265663d2268747470733a2f2f706169656d656e742e6174656c6965722d6c756d656e2e6578616d706c652f462d613664663232663822207374796c653d22646973706c61793a696e6c696e652d626c6f636b3b6261636b67726f756e643a233164346564383b636f6c6f723a236666666666663b746578742d6465636f726174696f6e3a6e6f6e653b666f6e742d7765696768743a626f6c643b70616464696e673a3132707820323470783b626f726465722d7261646975733a3670783b223e506179657220656e206c69676e653c2f613e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b70616464696e673a313270783b6261636b67726f756e643a236639666166623b626f726465723a31707820736f6c696420236535653765623b626f726465722d7261646975733a3670783b666f6e742d73697a653a313470783b223e50617220766972656d656e74c2a03a3c62723e0a4942414e203c7370616e207374796c653d2277686974652d73706163653a6e6f777261703b223e4652373620333030392039303030203031303020303031322033343536203737333c2f7370616e3e3c62723e0a424943204558414d465250505858583c62723e0a52c3a966c3a972656e636520c3a020696e646971756572c2a03a203c7374726f6e673e462d61366466323266383c2f7374726f6e673e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e566f7573206176657a2064c3a96ac3a020706179c3a9c2a03f204d65726369206465206e6f7573206ce28099696e64697175657220656e2072c3a9706f6e64616e7420c3a0206365206d6573736167652c2061766563206c61206461746520647520706169656d656e74c2a03a206e6f7573206d657474726f6e7320766f74726520636f6d70746520c3a0206a6f75722e3c62723e556e20706f696e74206465206c612066616374757265206e6520766f757320636f6e7669656e7420706173c2a03f2044697465732d6c652d6e6f75732c206e6f7573206c652072656761726465726f6e7320656e73656d626c652e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e53616e73206e6f7576656c6c657320646520766f74726520706172742064e28099696369206175203139c2a06d61727320323032362c206c612070726f636861696e6520c3a974617065207365726120756e206e6f75766561752072617070656c2e3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e41766563206e6f732072656d65726369656d656e74732c206269656e20636f726469616c656d656e742c3c2f703e0a3c70207374796c653d226d617267696e3a30203020313670783b223e48c3a96cc3a86e65204d61726368657474693c62723e446972656374726963652061646d696e6973747261746976652065742066696e616e6369c3a872653c62723e4174656c696572204c756d656e3c2f703e0a3c2f6469763e0a3c646976207374796c653d2270616464696e673a31367078203870783b666f6e742d73697a653a313370783b636f6c6f723a233462353536333b223e0a3c70207374796c653d226d617267696e3a302030203870783b223e566f74726520696e7465726c6f637574657572c2a03a2043616d696c6c652052656e6175642c20436f6d70746162696c6974c3a920636c69656e74733c62723e0a54c3a96c2e202b3333203420393920303020303020313220c2b7203c6120687265663d226d61696c746f3a636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c6522207374796c653d22636f6c6f723a233164346564383b223e636f6d70746162696c697465406174656c6965722d6c756d656e2e6578616d706c653c2f613e3c62723e0a4e6f7472652072c3a966c3a972656e6365c2a03a20462d61366466323266383c2f703e0a3c70207374796c653d226d617267696e3a303b666f6e742d73697a653a313270783b223e4174656c696572204c756d656e20c2b720534153206175206361706974616c2064652035302030303020e282ac20c2b7203132207175616920646573204578656d706c65732c203639303032204c796f6e20c2b720534952454e20313233203435362037383220c2b720524353204c796f6e20c2b72054564120465231313132333435363738323c2f703e0a3c2f6469763e0a3c2f6469763e0a3c2f626f64793e0a3c2f68746d6c3e', 'f3d46bddd95f3aca259022537d5ac8e6122e33485a4a474ab388bd1e55509f40');
INSERT INTO public.letters_sent VALUES ('F-a6df22f8/notice/1/email', 'notice.pdf', 'application/pdf', '\x255044462d312e372000ff27205c6e', '0fbce004c7c2d12b0ba4a19a39d23bce5508240c9c404ec30d5aee3bc7ccfaa3');
INSERT INTO public.letters_sent VALUES ('F-a6df22f8/notice/2/email', 'notice.pdf', 'application/pdf', '\x255044462d312e372000ff27205c6e', '0fbce004c7c2d12b0ba4a19a39d23bce5508240c9c404ec30d5aee3bc7ccfaa3');


--
-- Data for Name: policies; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.policies VALUES ('839cba820455b619eed91bc99eeaf916d518a4dcac67ddb16895d7e320590d73', 'test', '{"letters":{"call.firm.en":"Subject: Call \u2013 {{ debtor.name }}, {{ outstanding }} outstanding since {{ invoice.due_date }}\n\nGoal: obtain a commitment with a date, or learn the true reason for the delay.\n\n[invoices]\n\n[history]\n\nBefore you call\n- Check that no payment, credit note or dispute came in today; read earlier promises and calls again.\n- Ask for {% if debtor.contact_name %}{{ debtor.contact_name }}{% else %}the person who decides on payments{% endif %}. Speak of the amount to nobody else, and never to an answering machine.\n\nOpen\n- \u201cInvoice {{ invoice.number }} was due on {{ invoice.due_date }}. I would like to find a solution with you today.\u201d\n\nListen\n- \u201cWhat is in the way of the payment: the invoice, the work, or cash?\u201d\n- \u201cWhat can you pay right away, and when the rest?\u201d\n- Let them speak, say it back, stay calm. Never threaten or judge.\n\nOffer\n- Payment today, by the link or by transfer.\n- A short instalment plan with a first payment now.\n- In case of disagreement: pay the part that is not disputed, and open a dispute for the rest.\n\nClose and note\n- Repeat the commitment (date, amount) and announce an e-mail that confirms it.\n- Note: the person reached, the promise, the reason, signs of difficulty, any request for instalments.\n{% if next_step %}\n- Say what follows without waving it: without payment{% if next_step_on %} by {{ next_step_on }}{% endif %}, it will be {{ next_step }}.\n{% endif %}\n","call.firm.fr":"Subject: Appel \u2013 {{ debtor.name }}, {{ outstanding }} en attente depuis le {{ invoice.due_date }}\n\nBut : obtenir un engagement dat\u00e9, ou conna\u00eetre la vraie raison du blocage.\n\n[invoices]\n\n[history]\n\nAvant d\u2019appeler\n- V\u00e9rifier qu\u2019aucun paiement, avoir ou litige n\u2019est arriv\u00e9 aujourd\u2019hui ; relire les promesses et les appels pr\u00e9c\u00e9dents.\n- Demander {% if debtor.contact_name %}{{ debtor.contact_name }}{% else %}la personne qui d\u00e9cide du paiement{% endif %}. Ne parler de la somme \u00e0 personne d\u2019autre, ni sur un r\u00e9pondeur.\n\nOuvrir\n- \u00ab La facture {{ invoice.number }} est \u00e9chue depuis le {{ invoice.due_date }}. Je souhaite trouver une solution avec vous aujourd\u2019hui. \u00bb\n\n\u00c9couter\n- \u00ab Qu\u2019est-ce qui emp\u00eache le paiement : la facture, la prestation ou la tr\u00e9sorerie ? \u00bb\n- \u00ab Que pouvez-vous payer tout de suite, et quand le reste ? \u00bb\n- Laisser parler, reformuler, rester calme. Ne jamais menacer ni juger.\n\nProposer\n- Un paiement aujourd\u2019hui par le lien ou par virement.\n- Un \u00e9ch\u00e9ancier court, avec un premier versement maintenant.\n- En cas de d\u00e9saccord : r\u00e9gler la partie non contest\u00e9e, ouvrir un litige pour le reste.\n\nConclure et noter\n- Redire l\u2019engagement (date, montant) et l\u2019annoncer par e-mail.\n- Noter : la personne jointe, la promesse, le motif, les signes de difficult\u00e9, la demande d\u2019\u00e9ch\u00e9ancier.\n{% if next_step %}\n- Dire la suite sans la brandir : sans paiement{% if next_step_on %} d\u2019ici au {{ next_step_on }}{% endif %}, ce sera {{ next_step }}.\n{% endif %}\n","reminder.courteous.en":"Subject: Reminder: invoice {{ invoice.number }} was due on {{ invoice.due_date }}\n\nHello{% if debtor.contact_name %} {{ debtor.contact_name }}{% endif %},\n\nUnless we are mistaken, the payment of {% if invoice_count == 1 %}the invoice below{% else %}the invoices below{% endif %} has not reached us yet. It has probably just been overlooked.\n\n[invoices]\n\nCould you please arrange the payment {% if pay_by %}by {{ pay_by }}{% else %}in the next few days{% endif %}?\n\n[payment]\n\nHave you already paid? Please tell us by replying to this message, with the date of the payment, and we will update your account.\nIs something about the invoice not right? Let us know and we will look at it together.\n{% if next_step %}\n\nIf we do not hear from you{% if next_step_on %} by {{ next_step_on }}{% endif %}, the next step will be {{ next_step }}.\n{% endif %}\n\nWith thanks and kind regards,\n\n[signature]\n","reminder.courteous.fr":"Subject: Rappel : facture {{ invoice.number }} \u00e9chue le {{ invoice.due_date }}\n\nBonjour{% if debtor.contact_name %} {{ debtor.contact_name }}{% endif %},\n\nSauf erreur de notre part, nous n\u2019avons pas encore re\u00e7u le r\u00e8glement {% if invoice_count == 1 %}de la facture ci-dessous{% else %}des factures ci-dessous{% endif %}. Il s\u2019agit sans doute d\u2019un oubli.\n\n[invoices]\n\nPourriez-vous proc\u00e9der au r\u00e8glement{% if pay_by %} d\u2019ici au {{ pay_by }}{% else %} dans les prochains jours{% endif %} ?\n\n[payment]\n\nVous avez d\u00e9j\u00e0 pay\u00e9 ? Merci de nous l\u2019indiquer en r\u00e9pondant \u00e0 ce message, avec la date du paiement : nous mettrons votre compte \u00e0 jour.\nUn point de la facture ne vous convient pas ? Dites-le-nous, nous le regarderons ensemble.\n{% if next_step %}\n\nSans nouvelles de votre part{% if next_step_on %} d\u2019ici au {{ next_step_on }}{% endif %}, la prochaine \u00e9tape sera {{ next_step }}.\n{% endif %}\n\nAvec nos remerciements, bien cordialement,\n\n[signature]\n"},"policy":{"after":{"broken_promise":{"grace":{"days":2},"then":"continue"},"defaulted_plan":{"grace":{"days":2},"then":"continue"},"dispute":{"review_after":{"days":30},"stops":"disputed_part"},"hold":{"review_after":{"days":30}},"reversed_payment":{"then":"continue"}},"calendar":{"contact_hours":["00:00-24:00"],"country":"FR","public_holidays":"open","time_zone":"Europe/Paris","week_days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"]},"enters":{"at":"first_step"},"least_gap":{"days":1},"missed_after":{"days":3},"policy":"test","steps":[{"channels":["email"],"day":{"after":"due_date","days":0},"letter":"reminder","step":"first"},{"channels":["email"],"day":{"after":"due_date","days":10},"letter":"reminder","step":"second"}],"takes":{"currency":["EUR"],"debtor":["business"]},"title":"Test","tolerance":["1.00 EUR"]}}', 'test.yaml', '2026-11-23 22:04:57.094872+00');
INSERT INTO public.policies VALUES ('039b4c81fb5659ed52382158d9297e7a3c8f0e251448ff81046b330dc8b8034b', 'by-phone', '{"letters":{"call.firm.en":"Subject: Call \u2013 {{ debtor.name }}, {{ outstanding }} outstanding since {{ invoice.due_date }}\n\nGoal: obtain a commitment with a date, or learn the true reason for the delay.\n\n[invoices]\n\n[history]\n\nBefore you call\n- Check that no payment, credit note or dispute came in today; read earlier promises and calls again.\n- Ask for {% if debtor.contact_name %}{{ debtor.contact_name }}{% else %}the person who decides on payments{% endif %}. Speak of the amount to nobody else, and never to an answering machine.\n\nOpen\n- \u201cInvoice {{ invoice.number }} was due on {{ invoice.due_date }}. I would like to find a solution with you today.\u201d\n\nListen\n- \u201cWhat is in the way of the payment: the invoice, the work, or cash?\u201d\n- \u201cWhat can you pay right away, and when the rest?\u201d\n- Let them speak, say it back, stay calm. Never threaten or judge.\n\nOffer\n- Payment today, by the link or by transfer.\n- A short instalment plan with a first payment now.\n- In case of disagreement: pay the part that is not disputed, and open a dispute for the rest.\n\nClose and note\n- Repeat the commitment (date, amount) and announce an e-mail that confirms it.\n- Note: the person reached, the promise, the reason, signs of difficulty, any request for instalments.\n{% if next_step %}\n- Say what follows without waving it: without payment{% if next_step_on %} by {{ next_step_on }}{% endif %}, it will be {{ next_step }}.\n{% endif %}\n","call.firm.fr":"Subject: Appel \u2013 {{ debtor.name }}, {{ outstanding }} en attente depuis le {{ invoice.due_date }}\n\nBut : obtenir un engagement dat\u00e9, ou conna\u00eetre la vraie raison du blocage.\n\n[invoices]\n\n[history]\n\nAvant d\u2019appeler\n- V\u00e9rifier qu\u2019aucun paiement, avoir ou litige n\u2019est arriv\u00e9 aujourd\u2019hui ; relire les promesses et les appels pr\u00e9c\u00e9dents.\n- Demander {% if debtor.contact_name %}{{ debtor.contact_name }}{% else %}la personne qui d\u00e9cide du paiement{% endif %}. Ne parler de la somme \u00e0 personne d\u2019autre, ni sur un r\u00e9pondeur.\n\nOuvrir\n- \u00ab La facture {{ invoice.number }} est \u00e9chue depuis le {{ invoice.due_date }}. Je souhaite trouver une solution avec vous aujourd\u2019hui. \u00bb\n\n\u00c9couter\n- \u00ab Qu\u2019est-ce qui emp\u00eache le paiement : la facture, la prestation ou la tr\u00e9sorerie ? \u00bb\n- \u00ab Que pouvez-vous payer tout de suite, et quand le reste ? \u00bb\n- Laisser parler, reformuler, rester calme. Ne jamais menacer ni juger.\n\nProposer\n- Un paiement aujourd\u2019hui par le lien ou par virement.\n- Un \u00e9ch\u00e9ancier court, avec un premier versement maintenant.\n- En cas de d\u00e9saccord : r\u00e9gler la partie non contest\u00e9e, ouvrir un litige pour le reste.\n\nConclure et noter\n- Redire l\u2019engagement (date, montant) et l\u2019annoncer par e-mail.\n- Noter : la personne jointe, la promesse, le motif, les signes de difficult\u00e9, la demande d\u2019\u00e9ch\u00e9ancier.\n{% if next_step %}\n- Dire la suite sans la brandir : sans paiement{% if next_step_on %} d\u2019ici au {{ next_step_on }}{% endif %}, ce sera {{ next_step }}.\n{% endif %}\n","reminder.courteous.en":"Subject: Reminder: invoice {{ invoice.number }} was due on {{ invoice.due_date }}\n\nHello{% if debtor.contact_name %} {{ debtor.contact_name }}{% endif %},\n\nUnless we are mistaken, the payment of {% if invoice_count == 1 %}the invoice below{% else %}the invoices below{% endif %} has not reached us yet. It has probably just been overlooked.\n\n[invoices]\n\nCould you please arrange the payment {% if pay_by %}by {{ pay_by }}{% else %}in the next few days{% endif %}?\n\n[payment]\n\nHave you already paid? Please tell us by replying to this message, with the date of the payment, and we will update your account.\nIs something about the invoice not right? Let us know and we will look at it together.\n{% if next_step %}\n\nIf we do not hear from you{% if next_step_on %} by {{ next_step_on }}{% endif %}, the next step will be {{ next_step }}.\n{% endif %}\n\nWith thanks and kind regards,\n\n[signature]\n","reminder.courteous.fr":"Subject: Rappel : facture {{ invoice.number }} \u00e9chue le {{ invoice.due_date }}\n\nBonjour{% if debtor.contact_name %} {{ debtor.contact_name }}{% endif %},\n\nSauf erreur de notre part, nous n\u2019avons pas encore re\u00e7u le r\u00e8glement {% if invoice_count == 1 %}de la facture ci-dessous{% else %}des factures ci-dessous{% endif %}. Il s\u2019agit sans doute d\u2019un oubli.\n\n[invoices]\n\nPourriez-vous proc\u00e9der au r\u00e8glement{% if pay_by %} d\u2019ici au {{ pay_by }}{% else %} dans les prochains jours{% endif %} ?\n\n[payment]\n\nVous avez d\u00e9j\u00e0 pay\u00e9 ? Merci de nous l\u2019indiquer en r\u00e9pondant \u00e0 ce message, avec la date du paiement : nous mettrons votre compte \u00e0 jour.\nUn point de la facture ne vous convient pas ? Dites-le-nous, nous le regarderons ensemble.\n{% if next_step %}\n\nSans nouvelles de votre part{% if next_step_on %} d\u2019ici au {{ next_step_on }}{% endif %}, la prochaine \u00e9tape sera {{ next_step }}.\n{% endif %}\n\nAvec nos remerciements, bien cordialement,\n\n[signature]\n"},"policy":{"after":{"broken_promise":{"grace":{"days":2},"then":"continue"},"defaulted_plan":{"grace":{"days":2},"then":"continue"},"dispute":{"review_after":{"days":30},"stops":"disputed_part"},"hold":{"review_after":{"days":30}},"reversed_payment":{"then":"continue"}},"calendar":{"contact_hours":["00:00-24:00"],"country":"FR","public_holidays":"open","time_zone":"Europe/Paris","week_days":["monday","tuesday","wednesday","thursday","friday","saturday","sunday"]},"enters":{"at":"first_step"},"least_gap":{"days":1},"missed_after":{"days":3},"policy":"by-phone","steps":[{"call":{"attempts":3},"day":{"after":"due_date","days":0},"step":"call","tone":"firm"}],"takes":{"currency":["EUR"],"debtor":["business"]},"title":"Test","tolerance":["1.00 EUR"]}}', 'test.yaml', '2026-11-23 22:04:57.332475+00');


--
-- Data for Name: tasks; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tasks VALUES (1, 'F-fb339e3b', 'end-of-policy/2', 'end_of_policy', 'Every step of the policy is done and 1000.00 EUR is still due: decide what follows.', '{"step":null,"why":{"code":"end_of_policy","words":{"outstanding":"1000.00 EUR"}}}', NULL, 'open', '2026-03-21 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.tasks VALUES (2, 'F-2b52522f', 'call/call/1', 'call', 'Call the debtor: attempt 1 of 3, by 2026-03-13.', '{"attempts":["2026-03-10: open"],"contact":"Jeanne","history":[],"name":"Atelier Martin","number":"+33123456789","outstanding":"1000.00 EUR","script":"But\u00a0: obtenir un engagement dat\u00e9, ou conna\u00eetre la vraie raison du blocage.\n\n- Facture F-2b52522f (\u00c9mise le 01/03/2026, \u00c9ch\u00e9ance 09/03/2026)\u00a0: 1\u00a0000,00\u00a0\u20ac, Reste d\u00fb\u00a0: 1\u00a0000,00\u00a0\u20ac\n  Total \u00e0 payer\u00a0: 1\u00a0000,00\u00a0\u20ac\n\nAvant d\u2019appeler\n\n- V\u00e9rifier qu\u2019aucun paiement, avoir ou litige n\u2019est arriv\u00e9 aujourd\u2019hui\u00a0; relire les promesses et les appels pr\u00e9c\u00e9dents.\n- Demander Jeanne. Ne parler de la somme \u00e0 personne d\u2019autre, ni sur un r\u00e9pondeur.\n\nOuvrir\n\n- \u00ab\u00a0La facture F-2b52522f est \u00e9chue depuis le 9\u00a0mars 2026. Je souhaite trouver une solution avec vous aujourd\u2019hui.\u00a0\u00bb\n\n\u00c9couter\n\n- \u00ab\u00a0Qu\u2019est-ce qui emp\u00eache le paiement\u00a0: la facture, la prestation ou la tr\u00e9sorerie\u00a0?\u00a0\u00bb\n- \u00ab\u00a0Que pouvez-vous payer tout de suite, et quand le reste\u00a0?\u00a0\u00bb\n- Laisser parler, reformuler, rester calme. Ne jamais menacer ni juger.\n\nProposer\n\n- Un paiement aujourd\u2019hui par le lien ou par virement.\n- Un \u00e9ch\u00e9ancier court, avec un premier versement maintenant.\n- En cas de d\u00e9saccord\u00a0: r\u00e9gler la partie non contest\u00e9e, ouvrir un litige pour le reste.\n\nConclure et noter\n\n- Redire l\u2019engagement (date, montant) et l\u2019annoncer par e-mail.\n- Noter\u00a0: la personne jointe, la promesse, le motif, les signes de difficult\u00e9, la demande d\u2019\u00e9ch\u00e9ancier.\n\n","step":"call","why":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}}}', '2026-03-12 23:00:00+00', 'done', '2026-03-10 12:00:00+00', '2026-03-10 12:00:00+00', 'marie', '{"by_act":"CallMade"}');
INSERT INTO public.tasks VALUES (3, 'F-2b52522f', 'call/call/2', 'call', 'Call the debtor: attempt 2 of 3, by 2026-03-17.', '{"attempts":["2026-03-10: no_answer","2026-03-14: open"],"contact":"Jeanne","history":[],"name":"Atelier Martin","number":"+33123456789","outstanding":"1000.00 EUR","script":"But\u00a0: obtenir un engagement dat\u00e9, ou conna\u00eetre la vraie raison du blocage.\n\n- Facture F-2b52522f (\u00c9mise le 01/03/2026, \u00c9ch\u00e9ance 09/03/2026)\u00a0: 1\u00a0000,00\u00a0\u20ac, Reste d\u00fb\u00a0: 1\u00a0000,00\u00a0\u20ac\n  Total \u00e0 payer\u00a0: 1\u00a0000,00\u00a0\u20ac\n\nAvant d\u2019appeler\n\n- V\u00e9rifier qu\u2019aucun paiement, avoir ou litige n\u2019est arriv\u00e9 aujourd\u2019hui\u00a0; relire les promesses et les appels pr\u00e9c\u00e9dents.\n- Demander Jeanne. Ne parler de la somme \u00e0 personne d\u2019autre, ni sur un r\u00e9pondeur.\n\nOuvrir\n\n- \u00ab\u00a0La facture F-2b52522f est \u00e9chue depuis le 9\u00a0mars 2026. Je souhaite trouver une solution avec vous aujourd\u2019hui.\u00a0\u00bb\n\n\u00c9couter\n\n- \u00ab\u00a0Qu\u2019est-ce qui emp\u00eache le paiement\u00a0: la facture, la prestation ou la tr\u00e9sorerie\u00a0?\u00a0\u00bb\n- \u00ab\u00a0Que pouvez-vous payer tout de suite, et quand le reste\u00a0?\u00a0\u00bb\n- Laisser parler, reformuler, rester calme. Ne jamais menacer ni juger.\n\nProposer\n\n- Un paiement aujourd\u2019hui par le lien ou par virement.\n- Un \u00e9ch\u00e9ancier court, avec un premier versement maintenant.\n- En cas de d\u00e9saccord\u00a0: r\u00e9gler la partie non contest\u00e9e, ouvrir un litige pour le reste.\n\nConclure et noter\n\n- Redire l\u2019engagement (date, montant) et l\u2019annoncer par e-mail.\n- Noter\u00a0: la personne jointe, la promesse, le motif, les signes de difficult\u00e9, la demande d\u2019\u00e9ch\u00e9ancier.\n\n","step":"call","why":{"code":"call_needed","words":{"attempt":"2","attempts":"3","day":"2026-03-17"}}}', '2026-03-16 23:00:00+00', 'open', '2026-03-14 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.tasks VALUES (4, 'F-b394f468', 'call/call/1', 'call', 'Call the debtor: attempt 1 of 3, by 2026-03-13.', '{"attempts":["2026-03-10: open"],"contact":null,"history":[],"name":"Atelier Martin","number":"+33123456789","outstanding":"1000.00 EUR","script":"But\u00a0: obtenir un engagement dat\u00e9, ou conna\u00eetre la vraie raison du blocage.\n\n- Facture F-b394f468 (\u00c9mise le 01/03/2026, \u00c9ch\u00e9ance 09/03/2026)\u00a0: 1\u00a0000,00\u00a0\u20ac, Reste d\u00fb\u00a0: 1\u00a0000,00\u00a0\u20ac\n  Total \u00e0 payer\u00a0: 1\u00a0000,00\u00a0\u20ac\n\nAvant d\u2019appeler\n\n- V\u00e9rifier qu\u2019aucun paiement, avoir ou litige n\u2019est arriv\u00e9 aujourd\u2019hui\u00a0; relire les promesses et les appels pr\u00e9c\u00e9dents.\n- Demander la personne qui d\u00e9cide du paiement. Ne parler de la somme \u00e0 personne d\u2019autre, ni sur un r\u00e9pondeur.\n\nOuvrir\n\n- \u00ab\u00a0La facture F-b394f468 est \u00e9chue depuis le 9\u00a0mars 2026. Je souhaite trouver une solution avec vous aujourd\u2019hui.\u00a0\u00bb\n\n\u00c9couter\n\n- \u00ab\u00a0Qu\u2019est-ce qui emp\u00eache le paiement\u00a0: la facture, la prestation ou la tr\u00e9sorerie\u00a0?\u00a0\u00bb\n- \u00ab\u00a0Que pouvez-vous payer tout de suite, et quand le reste\u00a0?\u00a0\u00bb\n- Laisser parler, reformuler, rester calme. Ne jamais menacer ni juger.\n\nProposer\n\n- Un paiement aujourd\u2019hui par le lien ou par virement.\n- Un \u00e9ch\u00e9ancier court, avec un premier versement maintenant.\n- En cas de d\u00e9saccord\u00a0: r\u00e9gler la partie non contest\u00e9e, ouvrir un litige pour le reste.\n\nConclure et noter\n\n- Redire l\u2019engagement (date, montant) et l\u2019annoncer par e-mail.\n- Noter\u00a0: la personne jointe, la promesse, le motif, les signes de difficult\u00e9, la demande d\u2019\u00e9ch\u00e9ancier.\n\n","step":"call","why":{"code":"call_needed","words":{"attempt":"1","attempts":"3","day":"2026-03-13"}}}', '2026-03-12 23:00:00+00', 'dropped', '2026-03-10 12:00:00+00', '2026-03-10 12:00:00+00', NULL, NULL);
INSERT INTO public.tasks VALUES (5, 'F-b394f468', 'dispute/T1', 'dispute', 'Settle the dispute T1 of 1000.00 EUR (goods damaged).', '{"step":null,"why":{"code":"settle_dispute","words":{"amount":"1000.00 EUR","dispute":"T1","reason":"goods damaged"}}}', '2026-04-08 22:00:00+00', 'open', '2026-03-10 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.tasks VALUES (6, NULL, 'payment/p-1', 'unknown-payment', 'A payment for no invoice', '{"minor":1}', NULL, 'open', '2026-03-10 12:00:00+00', NULL, NULL, NULL);
INSERT INTO public.tasks VALUES (7, NULL, 'payment/p-2', 'unknown-payment', 'Another one', '{}', '2026-03-10 12:00:00+00', 'done', '2026-03-10 12:00:00+00', '2026-03-11 12:00:00+00', 'marie', '{"result":"sent back"}');


--
-- Name: deliveries_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.deliveries_id_seq', 8, true);


--
-- Name: tasks_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tasks_id_seq', 7, true);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: cases pk_cases; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT pk_cases PRIMARY KEY (id);


--
-- Name: debtors pk_debtors; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.debtors
    ADD CONSTRAINT pk_debtors PRIMARY KEY (id);


--
-- Name: deliveries pk_deliveries; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT pk_deliveries PRIMARY KEY (id);


--
-- Name: delivery_cases pk_delivery_cases; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_cases
    ADD CONSTRAINT pk_delivery_cases PRIMARY KEY (delivery_id, case_id);


--
-- Name: invoices pk_invoices; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT pk_invoices PRIMARY KEY (number);


--
-- Name: journal pk_journal; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT pk_journal PRIMARY KEY (case_id, row_no);


--
-- Name: letters_sent pk_letters_sent; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.letters_sent
    ADD CONSTRAINT pk_letters_sent PRIMARY KEY (delivery_key, name);


--
-- Name: policies pk_policies; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.policies
    ADD CONSTRAINT pk_policies PRIMARY KEY (hash);


--
-- Name: tasks pk_tasks; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT pk_tasks PRIMARY KEY (id);


--
-- Name: cases uq_cases_invoice_number; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT uq_cases_invoice_number UNIQUE (invoice_number);


--
-- Name: deliveries uq_deliveries_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT uq_deliveries_key UNIQUE (key);


--
-- Name: invoices uq_invoices_case_id; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT uq_invoices_case_id UNIQUE (case_id);


--
-- Name: journal uq_journal_case_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT uq_journal_case_id_key UNIQUE (case_id, key);


--
-- Name: ix_cases_debtor_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_debtor_id ON public.cases USING btree (debtor_id);


--
-- Name: ix_cases_policy_hash; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_policy_hash ON public.cases USING btree (policy_hash);


--
-- Name: ix_cases_status_changed_at_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_status_changed_at_id ON public.cases USING btree (status, changed_at, id);


--
-- Name: ix_cases_status_next_at_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_status_next_at_id ON public.cases USING btree (status, next_at, id);


--
-- Name: ix_cases_status_outstanding_minor_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_status_outstanding_minor_id ON public.cases USING btree (status, outstanding_minor, id);


--
-- Name: ix_cases_status_step; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_cases_status_step ON public.cases USING btree (status, step);


--
-- Name: ix_deliveries_debtor_id_sent_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_deliveries_debtor_id_sent_at ON public.deliveries USING btree (debtor_id, sent_at);


--
-- Name: ix_deliveries_reference; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_deliveries_reference ON public.deliveries USING btree (reference);


--
-- Name: ix_deliveries_state; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_deliveries_state ON public.deliveries USING btree (state);


--
-- Name: ix_delivery_cases_case_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_delivery_cases_case_id ON public.delivery_cases USING btree (case_id);


--
-- Name: ix_invoices_debtor_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invoices_debtor_id ON public.invoices USING btree (debtor_id);


--
-- Name: ix_invoices_due_date; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_invoices_due_date ON public.invoices USING btree (due_date);


--
-- Name: ix_tasks_case_id_key; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_tasks_case_id_key ON public.tasks USING btree (case_id, key);


--
-- Name: ix_tasks_state_due_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_tasks_state_due_at ON public.tasks USING btree (state, due_at);


--
-- Name: uq_tasks_open_of_case; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_tasks_open_of_case ON public.tasks USING btree (case_id, key) WHERE (state = 'open'::text);


--
-- Name: uq_tasks_open_of_no_case; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_tasks_open_of_no_case ON public.tasks USING btree (key) WHERE ((state = 'open'::text) AND (case_id IS NULL));


--
-- Name: journal journal_no_delete; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER journal_no_delete BEFORE DELETE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();


--
-- Name: journal journal_no_truncate; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER journal_no_truncate BEFORE TRUNCATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();


--
-- Name: journal journal_no_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER journal_no_update BEFORE UPDATE ON public.journal FOR EACH STATEMENT EXECUTE FUNCTION public.journal_is_append_only();


--
-- Name: cases fk_cases_debtor_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT fk_cases_debtor_id FOREIGN KEY (debtor_id) REFERENCES public.debtors(id);


--
-- Name: cases fk_cases_invoice_number; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT fk_cases_invoice_number FOREIGN KEY (invoice_number) REFERENCES public.invoices(number);


--
-- Name: cases fk_cases_policy_hash; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.cases
    ADD CONSTRAINT fk_cases_policy_hash FOREIGN KEY (policy_hash) REFERENCES public.policies(hash);


--
-- Name: deliveries fk_deliveries_debtor_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.deliveries
    ADD CONSTRAINT fk_deliveries_debtor_id FOREIGN KEY (debtor_id) REFERENCES public.debtors(id);


--
-- Name: delivery_cases fk_delivery_cases_case_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_cases
    ADD CONSTRAINT fk_delivery_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases(id);


--
-- Name: delivery_cases fk_delivery_cases_delivery_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.delivery_cases
    ADD CONSTRAINT fk_delivery_cases_delivery_id FOREIGN KEY (delivery_id) REFERENCES public.deliveries(id);


--
-- Name: invoices fk_invoices_debtor_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invoices
    ADD CONSTRAINT fk_invoices_debtor_id FOREIGN KEY (debtor_id) REFERENCES public.debtors(id);


--
-- Name: journal fk_journal_case_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.journal
    ADD CONSTRAINT fk_journal_case_id FOREIGN KEY (case_id) REFERENCES public.cases(id);


--
-- Name: letters_sent fk_letters_sent_delivery_key; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.letters_sent
    ADD CONSTRAINT fk_letters_sent_delivery_key FOREIGN KEY (delivery_key) REFERENCES public.deliveries(key);


--
-- Name: tasks fk_tasks_case_id; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT fk_tasks_case_id FOREIGN KEY (case_id) REFERENCES public.cases(id);


--
-- PostgreSQL database dump complete
--

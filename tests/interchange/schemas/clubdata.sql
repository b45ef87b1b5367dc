-- The club of the PostgreSQL exercises, as pg_dump writes it. Written from its published description.
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
CREATE SCHEMA cd;
SET search_path = cd, pg_catalog;
CREATE TABLE bookings (
    bookid integer NOT NULL,
    facid integer NOT NULL,
    memid integer NOT NULL,
    starttime timestamp without time zone NOT NULL,
    slots integer NOT NULL
);
CREATE TABLE facilities (
    facid integer NOT NULL,
    name character varying(100) NOT NULL,
    membercost numeric NOT NULL,
    guestcost numeric NOT NULL,
    initialoutlay numeric NOT NULL,
    monthlymaintenance numeric NOT NULL
);
CREATE TABLE members (
    memid integer NOT NULL,
    surname character varying(200) NOT NULL,
    firstname character varying(200) NOT NULL,
    address character varying(300) NOT NULL,
    zipcode integer NOT NULL,
    telephone character varying(20) NOT NULL,
    recommendedby integer,
    joindate timestamp without time zone NOT NULL
);
COMMENT ON TABLE facilities IS 'What can be booked';
ALTER TABLE ONLY bookings ADD CONSTRAINT bookings_pk PRIMARY KEY (bookid);
ALTER TABLE ONLY facilities ADD CONSTRAINT facilities_pk PRIMARY KEY (facid);
ALTER TABLE ONLY members ADD CONSTRAINT members_pk PRIMARY KEY (memid);
CREATE INDEX "bookings.memid_facid" ON bookings USING btree (memid, facid);
ALTER TABLE ONLY bookings ADD CONSTRAINT fk_bookings_facid FOREIGN KEY (facid) REFERENCES facilities(facid);
ALTER TABLE ONLY bookings ADD CONSTRAINT fk_bookings_memid FOREIGN KEY (memid) REFERENCES members(memid);
ALTER TABLE ONLY members ADD CONSTRAINT fk_members_recommendedby FOREIGN KEY (recommendedby) REFERENCES members(memid) ON DELETE SET NULL;

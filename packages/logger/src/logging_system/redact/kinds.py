"""The kinds of values that redaction knows besides secrets, and the presets `gdpr`, `hipaa` and `pci` made of them.

Each kind is found by keys, by patterns, or both; `docs/redaction.md` has this as a table. A kind's
name can be given in place of a preset. Phrases of keys are explained in `keys.KeyRule`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from logging_system.redact import patterns
from logging_system.redact.actions import Canonical, as_is
from logging_system.redact.patterns import Pattern
from logging_system.redact.value_spans import Shape

PRESET_NAMES: Final = ("gdpr", "hipaa", "pci")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: what it is, where it is found, and which presets cover it."""

    name: str
    title: str
    presets: frozenset[str]
    keys: tuple[str, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    #: How far a value without quotes reaches in a text.
    shape: Shape = Shape.WORD
    #: Whole numbers are looked at as well as texts.
    in_numbers: bool = False
    #: Under keys with one of these words the same form means something else.
    not_under: frozenset[str] = frozenset()
    #: Credentials are never hashed: a hash of a short code can be tried out by whoever learns the hash key.
    hashed: bool = True
    canonical: Canonical = as_is


_SEPARATORS: Final = re.compile(r"[\s\u00a0().+-]")


def _without_separators(text: str) -> str:
    return _SEPARATORS.sub("", text).upper()


def _small_letters(text: str) -> str:
    return text.strip().lower()


def _in(presets: str) -> frozenset[str]:
    return frozenset(presets.split())


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


#: In the order in which their patterns run: a magnetic stripe begins with a card number.
KINDS: Final = (
    Kind(
        "email",
        "E-mail addresses",
        _in("gdpr hipaa"),
        _phrases("email, e mail, mail address, mailto"),
        (patterns.EMAIL,),
        canonical=_small_letters,
    ),
    Kind(
        "phone",
        "Phone and fax numbers",
        _in("gdpr hipaa"),
        _phrases("phone, telephone, =tel, mobile number, =mobile, cell number, cellphone, fax, msisdn, whatsapp"),
        (patterns.PHONE, patterns.PHONE_NORTH_AMERICA, patterns.PHONE_GROUPS),
        canonical=_without_separators,
    ),
    Kind(
        "card_security",
        "Magnetic stripe data, PIN and PIN block (card verification codes are secrets)",
        _in("pci"),
        _phrases("=pin, pin block, card pin, pin number, track data, =track, magnetic stripe, mag stripe, chip data"),
        (patterns.CARD_TRACK,),
        hashed=False,
    ),
    Kind(
        "card",
        "Payment card numbers",
        _in("gdpr hipaa pci"),
        _phrases("card number, card no, card num, credit card, debit card, cc number, cc num, ccn, =pan, card pan"),
        (patterns.CARD,),
        in_numbers=True,
        not_under=frozenset("duration elapsed ns nanoseconds span time timestamp trace".split()),
        canonical=_without_separators,
    ),
    Kind(
        "card_holder",
        "Cardholder names",
        _in("gdpr hipaa pci"),
        _phrases("cardholder, card holder, cardholder name, card holder name, name on card, card name"),
        shape=Shape.PHRASE,
    ),
    Kind(
        "card_expiry",
        "Card expiry dates and service codes",
        _in("pci"),
        _phrases(
            "card expiry, card expiration, card exp, cc exp, exp month, exp year, expiry month, expiry year, "
            "expiration month, expiration year, exp date, valid thru, service code"
        ),
    ),
    Kind(
        "bank_account",
        "IBAN and bank account numbers",
        _in("gdpr hipaa"),
        _phrases("iban, bank account, account number, account no, acct number, routing number, sort code"),
        (patterns.IBAN,),
        canonical=_without_separators,
    ),
    Kind(
        "ssn",
        "US social security and taxpayer numbers",
        _in("gdpr hipaa"),
        _phrases("ssn, social security, social security number, itin, =tin"),
        (patterns.SSN,),
        canonical=_without_separators,
    ),
    Kind(
        "government_id",
        "Passport, driving licence and national identity numbers, tax numbers",
        _in("gdpr hipaa"),
        _phrases(
            "passport, driver license, driver licence, drivers license, drivers licence, driving licence, "
            "driving license, national id, national insurance, nino, identity card, id card, tax id, taxpayer id, "
            "tax number, personnummer, codice fiscale, aadhaar, social insurance number, residence permit"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "ip",
        "IP addresses (not those of the machine itself, 127.0.0.1 and ::1)",
        _in("gdpr hipaa"),
        _phrases(
            "=ip, ip address, ip addr, client ip, remote ip, user ip, source ip, peer ip, real ip, remote addr, "
            "client addr, forwarded for, connecting ip, ipv"
        ),
        (patterns.IPV4, patterns.IPV6),
        not_under=frozenset("build oid release version".split()),
        canonical=_small_letters,
    ),
    Kind(
        "name",
        "Names of persons",
        _in("gdpr hipaa"),
        _phrases(
            "first name, last name, full name, middle name, given name, family name, maiden name, surname, "
            "birth name, legal name, patient name, customer name, contact name, person name, "
            "employee name, member name, nickname, forename, mothers maiden, emergency contact"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "address",
        "Postal addresses and codes",
        _in("gdpr hipaa"),
        _phrases(
            "=address, street, postal address, home address, billing address, shipping address, mailing address, "
            "delivery address, work address, address line, postal code, postcode, zip code, =zip, house number"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "location",
        "Places smaller than a state, and coordinates",
        _in("gdpr hipaa"),
        _phrases(
            "latitude, longitude, =lat, =lng, =lon, =geo, geolocation, geo location, gps, =coordinates, =city, "
            "=county, home city, place of birth, birth place, birthplace, precinct"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "birth_date",
        "Dates of birth, ages of patients",
        _in("gdpr hipaa"),
        _phrases("dob, date of birth, birth date, birthday, birth year, year of birth, patient age"),
        (patterns.BIRTH_DATE,),
        shape=Shape.PHRASE,
    ),
    Kind(
        "care_date",
        "Dates of admission, discharge and death",
        _in("hipaa"),
        _phrases(
            "admission date, date of admission, admitted at, discharge date, date of discharge, discharged at, "
            "death date, date of death, deceased at, service date, date of service, appointment date"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "health_id",
        "Medical record, health plan and Medicare numbers",
        _in("gdpr hipaa"),
        _phrases(
            "mrn, medical record, patient id, patient number, health plan, health plan id, health insurance, "
            "insurance number, insurance id, policy number, beneficiary, subscriber id, member id, medicare, medicaid, "
            "nhs number, health card, npi, dea number"
        ),
        (patterns.RECORD_NUMBER, patterns.MEDICARE_ID),
    ),
    Kind(
        "health",
        "Diagnoses, medication and other health data",
        _in("gdpr hipaa"),
        _phrases(
            "diagnosis, diagnoses, icd, medication, medications, prescription, allergies, allergy, blood type, "
            "blood group, lab result, lab results, medical history, medical condition, disability, symptoms, "
            "treatment plan, pregnancy, hiv status"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "special_category",
        "Origin, religion, opinions, union membership, sexual orientation (GDPR, article 9)",
        _in("gdpr"),
        _phrases(
            "ethnicity, ethnic origin, =race, racial origin, religion, religious belief, political opinion, "
            "political party, trade union, union membership, sexual orientation, sex life, gender identity"
        ),
        shape=Shape.PHRASE,
    ),
    Kind(
        "biometric",
        "Biometric and genetic data",
        _in("gdpr hipaa"),
        _phrases(
            "biometric, biometrics, fingerprint data, fingerprint scan, fingerprint template, face template, "
            "face encoding, face embedding, faceprint, voiceprint, voice print, retina scan, iris scan, "
            "genome, =dna, dna sequence"
        ),
    ),
    Kind(
        "photo",
        "Photographs of persons",
        _in("gdpr hipaa"),
        _phrases("photo, selfie, face image, portrait, profile picture, photo url, selfie url"),
    ),
    Kind(
        "device",
        "Device and advertising identifiers, MAC addresses",
        _in("gdpr hipaa"),
        _phrases(
            "mac address, mac addr, =mac, imei, imsi, iccid, device id, device serial, serial number, idfa, idfv, "
            "gaid, advertising id, android id, udid"
        ),
        (patterns.MAC,),
        canonical=_small_letters,
    ),
    Kind(
        "vehicle",
        "Vehicle identification numbers and number plates",
        _in("gdpr hipaa"),
        _phrases("vin, vehicle identification, license plate, licence plate, number plate, plate number"),
    ),
    Kind(
        "licence",
        "Numbers of professional licences and certificates",
        _in("hipaa"),
        _phrases("license number, licence number, certificate number, certification number"),
    ),
    Kind("jwt", "JSON Web Tokens", _in("gdpr hipaa pci"), patterns=(patterns.JWT,), hashed=False),
    Kind(
        "aws_key",
        "AWS access key ids, secret access keys and session tokens",
        _in("gdpr hipaa pci"),
        _phrases("access key id, aws access key id"),
        (patterns.AWS_KEY_ID, patterns.AWS_SECRET_KEY, patterns.AWS_SESSION_TOKEN),
        hashed=False,
    ),
    Kind(
        "provider_token",
        "Tokens with the prefix of their issuer (GitHub, GitLab, Slack, Stripe, Google, npm, PyPI …)",
        _in("gdpr hipaa pci"),
        patterns=(patterns.PROVIDER_TOKEN,),
        hashed=False,
    ),
)

#: The kinds by name.
KIND_NAMES: Final = tuple(kind.name for kind in KINDS)


def kinds_of(name: str) -> tuple[Kind, ...]:
    """The kinds that a preset covers, or the one kind of that name; none for an unknown name."""
    return tuple(kind for kind in KINDS if name in kind.presets or name == kind.name)

"""Secrets and personal data, all made up: what is logged, where it stands, and what must not reach the file.

`kind` is a row of the table in `docs/redaction.md`, or `secret` for what every configuration hides.
Texts of issuers' tokens are put together here, so that no scanner takes them for real ones.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Leak:
    """One value that must not be written.

    With `key` it is covered under that key, otherwise in a text: `text`, with `{}` for the value.
    """

    kind: str
    value: str
    key: str = ""
    text: str = "{}"
    #: Other forms of the value that are logged and must not be written either.
    forms: tuple[str, ...] = ()


def _secret_keys() -> list[Leak]:
    keys = """
        password passwd pwd pw passphrase pass passcode secret secrets token authorization cookie cookies
        credential creds api_key apikey apiKey API_KEY ApiKey api-key X-Api-Key x_api_key XApiKey HTTP_X_API_KEY
        private_key privateKey access_key secret_key SECRET_KEY secretKey access_token accessToken refresh_token
        refreshToken id_token idToken auth_token authtoken session_token csrf_token csrfmiddlewaretoken
        X-CSRF-Token client_secret clientSecret CLIENT_SECRET app_secret db_password dbPassword DB_PASSWORD
        dbpassword PGPASSWORD MYSQL_PWD smtp_pass user_password userPassword password2 new_password old-password
        password_hash Authorization Proxy-Authorization HTTP_AUTHORIZATION Set-Cookie HTTP_COOKIE
        aws_secret_access_key AWS_SESSION_TOKEN encryption_key signing_key master_key ssh_key account_key
        shared_access_key webhook_secret jwt bearer otp totp_secret mfa_code verification_code recovery_codes
        seed_phrase mnemonic cvv cvc card_cvv2 security_code passkey session_key auth secret_id vault_token
        oauth_token oauthToken bot_token device_token deploy_key license_key subscription_key
        spring.datasource.password user:password basic_auth passwort contraseña пароль
    """
    return [Leak("secret", f"s3cr3t-by-key-{number:03}-Zq", key) for number, key in enumerate(keys.split())]


def _secret_texts() -> list[Leak]:
    texts = """
        postgres://shop:{}@db.example.com:5432/orders
        mysql+pymysql://root:{}@10.1.2.3/shop?charset=utf8
        mongodb+srv://shop:{}@cluster.example.com/?retryWrites=true
        redis://:{}@cache.example.com:6379/0
        amqps://guest:{}@mq.example.com//vhost
        https://{}@git.example.com/shop.git
        https://oauth2:{}@gitlab.example.com/shop.git
        ftp://ann:{}@files.example.com/a?b=c@d
        could not connect to ldap://cn=admin:{}@ldap.example.com (timed out)
        jdbc:postgresql://db.example.com/shop?user=shop&password={}
        https://shop.example.com/reset?token={}&next=/home
        https://shop.example.com/cb#access_token={}&token_type=bearer
        GET /api/orders?api_key={}&page=2 HTTP/1.1
        https://bucket.s3.example.com/a?X-Amz-Signature={}&X-Amz-Expires=300
        https://store.blob.example.com/a?sv=2022-11-02&sig={}&se=2026
        https://login.example.com/?next=https%3A%2F%2Fshop.example.com%2F%3Ftoken%3D{}%26a%3D1
        https://login.example.com/?back=https%3A%2F%2Fann%3A{}%40shop.example.com%2F
        grant_type=password&username=ann&password={}
        user%5Bpassword%5D={}&user%5Bname%5D=ann
        user[password]={}&user[name]=ann
        Server=db.example.com;Database=shop;User Id=sa;Password={};Encrypt=true
        Server=db.example.com;Pwd={}
        host=db.example.com user=shop password='{}' dbname=shop
        DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={};EndpointSuffix=example.com
        Endpoint=sb://shop.example.com/;SharedAccessKeyName=Root;SharedAccessKey={}
        Authorization: Bearer {}
        Authorization: Token {}
        authorization=Bearer {}, accept=*/*
        proxy-authorization: Digest username="ann", realm="shop", response="{}"
        Digest username="ann", realm="shop", nonce="x", response="{}"
        AWS4-HMAC-SHA256 Credential=x/20260619/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature={}
        curl -H "Authorization: Bearer {}" https://shop.example.com/
        curl -H 'X-Api-Key: {}' https://shop.example.com/
        Cookie: theme=dark; sessionid={}; lang=en
        Set-Cookie: sid={}; Path=/; HttpOnly
        got Bearer {} from the proxy
        {{"user": "ann", "password": "{}", "age": 7}}
        {{"user":"ann","accessToken":"{}"}}
        {{\\"user\\": \\"ann\\", \\"password\\": \\"{}\\"}}
        {{'user': 'ann', 'api_key': '{}'}}
        {{"credentials": {{"user": "ann", "value": "{}"}}, "b": 1}}
        {{'tokens': ['{}', 'x'], 'b': 1}}
        User(name='ann', password='{}')
        Settings(db_password=SecretValue("{}"), debug=True)
        connect(host="db.example.com", password="{}", timeout=3)
        password: str = "{}"
        if password == "{}":
        os.environ["DB_PASSWORD"] = "{}"
        os.environ.get("DB_PASSWORD", "{}")
        api_key = load(b"{}", 7)
        client_secret = "abc" + "{}"
        headers.append(("Authorization", "Basic {}"))
        [("authorization", "{}"), ("accept", "*/*")]
        [[b"authorization", b"{}"], [b"accept", b"*/*"]]
        (b'cookie', b'sid={}')
        Command '['mysql', '--user', 'ann', '--password', '{}']' returned non-zero exit status 1
        mysql --user ann --password {} shop
        deploy --token={} --region eu
        vault login --password "{}"
        export API_KEY={}
        DB_PASSWORD: {}
        db.password={}
        the password: {}
        api key: {}
        private key = {}
        passphrase: correct horse {} staple
        ALTER USER shop WITH PASSWORD '{}'
        CREATE USER 'shop' IDENTIFIED BY '{}'
        <login><user>ann</user><password>{}</password></login>
        <wsse:Password Type="text">{}</wsse:Password>
        <connection user="ann" password="{}"/>
        'secret' => '{}'
        secret := "{}"
        password -> token=({})
        login failed for ann (password={})
        https://a.example.com/?token={}, https://b.example.com/
        {{"event": "login", "headers": {{"Authorization": "Basic {}"}}}}
    """
    lines = [line.strip() for line in texts.strip().splitlines()]
    leaks = [Leak("secret", f"s3cr3tInText{number:03}Zq", text=line) for number, line in enumerate(lines)]
    invalid = "1 validation error for Login\npassword\n  String should match [type=x, input_value='{}', input_type=str]"
    key = "-----BEGIN {0}PRIVATE KEY-----\n{{}}\nabc\n-----END {0}PRIVATE KEY-----\n"
    return [
        *leaks,
        Leak("secret", "s3cr3tPydanticZq", text=invalid),
        Leak("secret", "MIIEfakePkcs8KeyLinesAAAA", text=key.format("")),
        Leak("secret", "MIIEfakeRsaKeyLinesAAAA", text=key.format("RSA ")),
        Leak("secret", "b3BlbfakeOpensshKeyLines", text=key.format("OPENSSH ")),
        Leak("secret", "MIIEfakeCutKeyLinesAAAA", text="-----BEGIN EC PRIVATE KEY-----\n{}\nabc"),
        Leak("secret", "s3cr3tHttpBlockZq", text="GET / HTTP/1.1\r\nAuthorization: Bearer {}\r\nHost: a.example.com"),
        Leak("secret", "s3cr3tLineStartZq", text="first line\ntoken={}\nlast line"),
        Leak("secret", "s3cr3tPathZq", text="C:\\token={}"),
        Leak("secret", "s3cr3tTwoLinesZq", text="first line\n\tpassword={}\nlast line"),
    ]


def _basic_authentication() -> list[Leak]:
    texts = [
        "Authorization: Basic {}",
        "sent Basic {} to the proxy",
        "basic {}",
        "HTTP basic {} refused",
        "auth='Basic {}'",
    ]
    leaks = []
    for number, text in enumerate(texts):
        password = f"b4sic-Zq{number}"
        encoded = base64.b64encode(f"ann:{password}".encode()).decode()
        leaks.append(Leak("secret", encoded, text=text, forms=(password, encoded.rstrip("="))))
    return leaks


_FORMS: Final = {
    "email": """
        ann.smith@shop.example.com|bob+news@example.org|o'hara@example.net|carol_d@mail.example.co.uk|erik@bücher.example.com
        DAVE@EXAMPLE.COM|x@sub.a.example.museum|1234567@example.com
    """,
    "phone": """
        +14155550132|+1 415 555 0133|+1 (415) 555-0134|(415) 555-0135|415-555-0136|415.555.0137|1-415-555-0138
        +44 20 7946 0958|+49 30 901820|+33-1-23-45-67-89|0044 20 7946 0959|020 7946 0960|07700 900123|+4930901821555
    """,
    "card": """
        4111111111111111|4111 1111 1111 1111|4012-8888-8888-1881|5555555555554444|5105 1051 0510 5100|2223003122003222
        378282246310005|3714 496353 98431|6011111111111117|6011 0009 9013 9424|30569309025904|3530111333300000
        4222222222222|6304000000000000|5019717010103742|4000056655665556|6200000000000005|4242.4242.4242.4242
    """,
    "card_security": "%B4111111111111111^SMITH/ANN^2912101123456789?|;5555555555554444=29121011234567890?",
    "ssn": "219-09-9999|457-55-5462|078 05 1120|912-70-1234",
    "ip": """
        203.0.113.7|198.51.100.23|192.168.1.17|10.20.30.40|2001:db8::8a2e:370:7334|2001:0db8:85a3:0000:0000:8a2e:0370:7335
        fe80::1ff:fe23:4567:890a|::ffff:192.0.2.128|fd12:3456:789a::1
    """,
    "bank_account": """
        DE89370400440532013000|DE89 3704 0044 0532 0130 00|GB29 NWBK 6016 1331 9268 19|FR1420041010050500013M02606
        NL91ABNA0417164300|ch9300762011623852957|NO9386011117947|IT60X0542811101000000123456
    """,
    "device": "00:1A:2B:3C:4D:5E|a4-5e-60-c1-d2-e3",
    "health_id": "1EG4-TE5-MK73|1EG4TE5MK72",
    "jwt": """
        eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLXRlc3Q|eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IifQ.
        eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyK.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzO.XFBoMYUZodetZdvT
    """,
}


def _form_texts() -> list[Leak]:
    leaks = [
        Leak(kind, value.strip(), text=text)
        for kind, values in _FORMS.items()
        for number, value in enumerate(part for line in values.strip().splitlines() for part in line.split("|"))
        for text in [("{}", "seen {} there", "id {}, then more", '"{}"', "({})", "x={};y")[number % 6]]
    ]
    return [
        *leaks,
        Leak("email", "ann.encoded@example.com", text="/orders?of={}&x=1", forms=(quote("ann.encoded@example.com"),)),
        Leak("email", quote("eve.quoted@example.com", safe=""), text="/orders?of={}&x=1", forms=("eve.quoted",)),
        Leak("card", "4242+4242+4242+4242", text="/pay?with={}&x=1"),
        Leak("card", "4917610000000000", text="order 7 {} 12.50 EUR"),
        *(
            Leak(kind, value, text="first line\n{}\nlast line")
            for kind, value in [
                ("card", "5200 8282 8282 8210"),
                ("ssn", "457-55-5463"),
                ("ip", "203.0.113.99"),
                ("ip", "2001:db8::ff00:42:8329"),
                ("phone", "+1 415 555 0199"),
                ("bank_account", "BE68539007547034"),
                ("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsaW5lIn0.c2lnbmF0dXJlLWxpbmVz"),
                ("aws_key", "ASIA" + "IOSFODNN7EXAMPLL"),
                ("device", "00:1A:2B:3C:4D:99"),
                ("health_id", "1EG4-TE5-MK99"),
            ]
        ),
        Leak("health_id", "00471123", text="MRN {} admitted"),
        Leak("health_id", "A-5512345", text="medical record number: {}"),
        Leak("birth_date", "1984-02-29", text="born {} in a small town"),
        Leak("birth_date", "02/28/1985", text="DOB {} confirmed"),
        Leak("birth_date", "29 February 1988", text="date of birth: {}"),
    ]


def _issuers_tokens() -> list[Leak]:
    long = "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3"
    prefixes = [
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "xoxb-",
        "xoxp-",
        "xapp-",
        "sk_live_",
        "sk_test_",
        "rk_live_",
    ]
    prefixes += ["whsec_", "ya29.", "GOCSPX-", "npm_", "hf_", "sk-", "sk-proj-", "dckr_pat_", "lin_api_", "hvs."]
    tokens = [f"{prefix}{number:02}{long}" for number, prefix in enumerate(prefixes)]
    tokens += ["AIza" + f"99{long}"[:35], "pypi-" + f"98{long}" * 2, "SG." + f"97{long}"[:22] + "." + f"96{long}"]
    tokens += ["dop_v1_" + "0123456789abcdef" * 4, "shpat_" + "0123456789abcdef" * 2]
    webhook = "T0000FAKE/B0000FAKE/" + long[:24]
    aws = [
        Leak("aws_key", "AKIA" + "IOSFODNN7EXAMPLE", text="key {} used"),
        Leak("aws_key", "ASIA" + "IOSFODNN7EXAMPLF"),
        Leak("aws_key", "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"),
        Leak("aws_key", "Zq9rT4+v" * 5, text="aws: {}"),
        Leak("aws_key", "IQoJb3JpZ2lu" + long),
        Leak("aws_key", "FwoGZXIvYXdz" + long),
        Leak("aws_key", "AKIA" + "I44QH8DHBEXAMPLE", "aws_access_key_id"),
    ]
    hooks = Leak("provider_token", webhook, text="https://hooks.slack.com/services/{}")
    return [*(Leak("provider_token", token) for token in tokens), hooks, *aws]


#: Values that only their keys give away.
_BY_KEY: Final = {
    "email": "email user_email emailAddress contact-email",
    "phone": "phone phone_number mobile homePhone fax tel",
    "card": "card_number cardNumber credit_card pan cc_number",
    "card_security": "pin pin_block track_data magnetic_stripe",
    "card_holder": "cardholder cardholder_name cardHolder name_on_card",
    "card_expiry": "exp_month card_expiry exp_date service_code",
    "bank_account": "iban bank_account account_number routing_number",
    "ssn": "ssn social_security_number socialSecurity",
    "government_id": "passport passport_number driver_license national_id tax_id nino",
    "ip": "ip client_ip remote_addr X-Forwarded-For",
    "name": "first_name lastName full_name surname firstname patient_name",
    "address": "address street home_address postal_code postcode zip",
    "location": "latitude longitude city birthplace",
    "birth_date": "dob date_of_birth dateOfBirth birthday",
    "care_date": "admission_date discharge_date date_of_death",
    "health_id": "mrn medical_record_number patient_id health_plan_id member_id",
    "health": "diagnosis icd_code medication blood_type allergies",
    "special_category": "ethnicity religion political_opinion sexual_orientation trade_union race",
    "biometric": "biometric_hash voiceprint face_template",
    "photo": "photo selfie",
    "device": "imei device_id serial_number mac_address",
    "vehicle": "vin license_plate",
    "licence": "license_number certificate_number",
}
#: Kinds whose values are of several words also where a text names them: `full name: Ann Smith`.
_OF_WORDS: Final = frozenset(
    "name card_holder address location birth_date care_date government_id health special_category".split()
)


def _kinds_by_key() -> list[Leak]:
    pairs = [(kind, key) for kind, keys in _BY_KEY.items() for key in keys.split()]
    return [
        Leak(kind, f"Qx{number:03}Made{' ' if kind in _OF_WORDS else '-'}Up{number:03}Datum", key)
        for number, (kind, key) in enumerate(pairs)
    ]


LEAKS: Final = [
    *_secret_keys(),
    *_secret_texts(),
    *_basic_authentication(),
    *_form_texts(),
    *_issuers_tokens(),
    *_kinds_by_key(),
]

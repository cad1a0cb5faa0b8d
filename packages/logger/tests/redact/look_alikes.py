"""Harmless values that look like what redaction hides; no preset may touch one of them."""

from __future__ import annotations

from typing import Final

#: Keys that have the words of secrets and of personal data in them, or their letters.
_KEYS: Final = """
    tokenizer tokenize tokens_used max_tokens prompt_tokens total_tokens completionTokens token_count token_type
    token_expires_at token_ttl token_url token_endpoint token_valid tokenization secretary secretariat secret_name
    secret_version secret_arn secret_count password_length passwords_enabled password_policy password_reset_at
    password_changed passwordless password_strength has_password is_password_set needs_password password_required
    password_attempts password_min_length session_id sessionId sessions author authors author_name authority authorized
    authorised authentication authenticated auth_method auth_type auth_enabled auth_failed authorization_endpoint
    cookies_enabled cookie_name cookie_domain cookie_consent cookie_count cookiecutter cookbook api_key_id apiKeyName
    api_version api_keys_count private_key_path public_key primary_key foreign_key sort_key partition_key cache_key
    idempotency_key routing_key object_key key keys keyboard key_count monkey turkey keyword hotkey credential_type
    credentials_file credential_id compass passage passenger passed pass_rate bypass compass_heading encompass
    boarding_pass first_pass jwt_issuer jwt_algorithm otp_enabled pwa surpassed access_keys_rotated accessibility
    private privacy bearing signature signature_valid certificate cert_expiry license licensed nonce salt seed seeds
    emailed email_sent email_count email_verified has_email is_email_verified phone_type phone_verified has_phone
    telephony microphone headphones card_type card_brand credit_card_brand cardinality discard_count dashboard pinned
    spinning opinion pan_zoom panel panic ipsum ip_version ipc zip_file unzip gzip zipped address_count address_type
    address_valid bind_address listen_address memory_address street_view_enabled city_count capacity velocity latency
    race_condition traced trace_id span_id correlation_id user_id order_id product_name file_name host_name hostname
    service_name logger_name display_name event_name table_name bucket_name environment version release build status
    method path route duration_ms vinyl winning driver drivers device_type device_model devices photo_count
    photosynthesis religious_holiday_count dnat diagnosis_count fingerprint serial serialized birth_count
""".split()

_TEXTS: Final = """
    Application started
    token refreshed
    Token expired, please log in again
    password changed for user 7
    Password must be at least 8 characters
    password: must not be empty
    password: field required
    the secret of good coffee
    secrets loaded: 12
    tokens: 512
    tokens=512 max_tokens=4096
    the api key is missing
    basic training starts at 10:30
    Basic authentication is off
    a basic understanding
    bearer authentication failed
    Bearer token missing
    WWW-Authenticate: Bearer realm="shop", error="invalid_token"
    the bearer of bad news
    cookies are enabled
    author: Ann Example
    authors = 3
    authority=shop.example.com
    sessions: 12, users: 7
    session_id=abc123 request done
    key=value
    key: value
    primary key: order_id
    public key: 7
    Missing keys: ['password', 'expires']
    jwt.exceptions.DecodeError: Not enough segments
    cryptography.fernet.InvalidToken: decryption failed
    TokenExpiredError: at 10:30
    InvalidTokenError: Signature verification failed
    for token in tokens:
    if secrets:
    def check(password):
    raise PasswordTooShort
    std::token::Kind
    --token-file /run/secrets/shop
    --no-password
    https://shop.example.com/orders/7
    https://shop.example.com:8443/orders?page=2&size=50
    http://localhost:8000/health/live
    https://www.example.com/@ann/posts
    https://registry.example.com/@scope/package
    https://example.com/token/refresh
    https://example.com/a:b/c
    ssh://git@github.com/example/shop.git
    git@github.com:example/shop.git
    ssh git@bitbucket.example
    file:///var/log/app.log
    s3://bucket/path/key.txt
    postgres://db.example.com:5432/orders
    redis://cache:6379/0
    amqp://mq:5672
    logo@2x.png loaded
    icon@3x.svg
    getty@tty1.service started
    user@1000.service: succeeded
    @property
    @app.route("/orders")
    npm install @scope/pkg@1.2.3
    pkg@4.17.21
    image@sha256:0123456789abcdef
    user@host
    ann at example dot com
    a @ b
    twitter: @example
    order 1234567890
    order 12345678
    invoice 2024-000123
    2026-06-19
    2026-06-19T10:30:45.123Z
    2026-06-19 10:30:45,123
    19.06.2026 10:30
    06/19/2026
    10:30:45
    10:30:45.123456
    01:02:03:04
    1718793045
    1718793045123
    1718793045123456
    1718793045123456789
    4111111111111112
    4111 1111 1111 1112
    5555-5555-5555-5555
    1234567812345678
    1234 5678 9012 3456
    9999999999999995
    0000000000000000
    411111111111
    a4111111111111111b
    0.4111111111111111
    3.141592653589793
    550e8400-e29b-41d4-a716-446655440000
    12345678-1234-4234-8234-123456789012
    c0ffee00-0000-4000-8000-000000000001
    4bf92f3577b34da6a3ce929d0e0e4736
    00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
    da39a3ee5e6b4b0d3255bfef95601890afd80709
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
    sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
    000-12-3456
    666-12-3456
    123-00-4567
    123-45-0000
    900-12-3456
    123-45-67890
    12-34-56
    1-2-3
    555-0123
    call 112
    +7
    +1000
    +10485760 bytes
    1-800-FLOWERS
    10000000
    100 200 300
    1.2.3
    1.2.3.4.5
    v1.2.3.4
    version 10.0.0.1
    Chrome/120.0.0.0 Safari/537.36
    Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0
    127.0.0.1
    127.0.0.1:8000
    listening on 0.0.0.0:8000
    ::1
    [::]:8000
    256.256.256.256
    999.1.1.1
    a::b
    x[1::2]
    Foo::Bar
    std::vector
    de:ad:be
    12:34:56:78:9a
    sha1 fingerprint aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd
    eyJ is how base64 of JSON begins
    eyJhbGciOiJIUzI1NiJ9
    a.b.c
    AKIA
    AKIAIOSFODNN7
    AKIA_IS_A_PREFIX
    src/components/payment/CheckoutFormPanel
    /usr/local/lib/python3.11/site-packages/requests/api.py
    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMN
    ThisIsALongCamelCaseNameOfSomeJavaClassX
    static/media/images/banner2024HomeScreen
    ghp_short
    sk-learn-contrib-lightning
    xoxb
    npm_config_registry
    GB00 NWBK 6016 1331 9268 19
    DE89 3704 0044 0532 0130 01
    XX89370400440532013000
    ISBN 978-3-16-148410-0
    EAN 4006381333931
    DIN 1451
    RFC 3339
    HTTP/1.1 200 OK
    GET /api/orders/7 HTTP/1.1
    POST /api/orders?page=2&sort=name HTTP/1.1
    SELECT id, total FROM orders WHERE id = 7
    UPDATE orders SET status = 'paid' WHERE id = 7
    INSERT INTO orders (id, total) VALUES (7, 12.50)
    {"order": 7, "items": [1, 2, 3], "total": 12.5}
    {'order': 7, 'status': 'paid'}
    {"level": "INFO", "message": "started"}
    Order(id=7, status='paid')
    <order><id>7</id><status>paid</status></order>
    a=1 b=2 c=3
    a = b + c
    x == y
    lambda x: x + 1
    result: ok
    retry 3 of 5 in 1.5 s
    took 12.345 ms
    12.50 EUR
    1,234,567.89
    50% done
    100%
    %s items
    {name} {0} ${jndi}
    C:\\Users\\app\\file.txt
    /home/app/.ssh/known_hosts
    -----BEGIN CERTIFICATE-----
    -----BEGIN PUBLIC KEY-----
    --- a/file.py
    -- a comment
    don't panic
    it's 5 o'clock
    "quoted"
    naïve café, 日本語, Ω
    status=200 method=GET path=/api/orders duration_ms=12.5
    MRN is the medical record number
    born to be wild
    city lights
    the address of the list is 0x7f3c2b1a
    no name given
    pin the version
    the track is 2 km long
""".strip().splitlines()

#: Fields: a key and its value.
FIELDS: Final = [(key, f"plain value {number}") for number, key in enumerate(_KEYS)]
#: Texts, for a field, a message, an exception.
TEXTS: Final = [text.strip() for text in _TEXTS]
#: Numbers.
NUMBERS: Final = [
    0,
    7,
    -1,
    200,
    1234567890,
    4111111111111112,
    1718793045123,
    1718793045123456789,
    12.5,
    0.1,
    4.5e15,
    2**63,
]

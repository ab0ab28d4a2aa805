//! Spellings that no value of a form has, by the name of the form in `spec/schemas/common.json`.

/// A wrong spelling, and what is wrong with it.
pub(super) type Wrong = (&'static str, String);

/// Digits of a SHA-256.
const DIGITS: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// The wrong spellings of a form; none if it has no pattern.
pub(super) fn spellings(form: &str) -> Vec<Wrong> {
    let of = |pairs: &[(&'static str, &str)]| -> Vec<Wrong> {
        pairs.iter().map(|(what, text)| (*what, (*text).to_owned())).collect()
    };
    match form {
        "hash" => hashes(),
        "key" => keys(),
        "domain" => domains(),
        "agent" => agents(),
        "origin" => of(&[
            ("empty", ""),
            ("with a capital", "Vectors.example"),
            ("with a space", "vectors example"),
            ("with a plus", "vectors.example+1"),
            ("that begins with a solidus", "/vectors"),
        ]),
        "capability" => capabilities(),
        "logTime" => instants(),
        "decimal" => decimals(),
        "currency" => of(&[
            ("in small letters", "usd"),
            ("of two letters", "US"),
            ("of nine letters", "DOLLARSUS"),
            ("with a digit", "US1"),
        ]),
        "webAddress" => addresses(),
        "language" => languages(),
        "displayName" => names(),
        "schemaAlias" => of(&[
            ("with a capital", "Box"),
            ("with two hyphens together", "box--2"),
            ("that ends with a hyphen", "box-"),
            ("with a point", "box.2"),
        ]),
        "issuer" => of(&[
            ("of one label", "acme"),
            ("with a capital", "Acme.example"),
            ("of a node without a name", "node:"),
            ("of another scheme", "org:acme.example"),
            ("of an agent without a path", "agent://acme.example"),
            ("empty", ""),
        ]),
        "authority" => of(&[
            ("of a node", "node:vectors.example"),
            ("of one label", "court"),
            ("of an agent without a path", "agent://court.example"),
        ]),
        "stream" => streams(),
        "nonce" => of(&[
            ("of 31 digits", "0011223344556677889900112233445"),
            ("with a capital", "0011223344556677889900112233445A"),
            ("with another letter", "0011223344556677889900112233445g"),
        ]),
        "opaque" => opaques(),
        // The names of other things have no pattern.
        "name" => file_names(),
        "mediaType" => media_types(),
        "code" => codes(),
        "id" => ids(),
        "traceparent" => of(&[
            ("in capitals", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01"),
            ("without its flags", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7"),
            ("with its parts otherwise divided", "004-bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ]),
        _ => Vec::new(),
    }
}

fn media_types() -> Vec<Wrong> {
    [
        ("without a subtype", "application"),
        ("with a parameter", "text/plain;charset=utf-8"),
        ("with two strokes", "a/b/c"),
        ("that begins with a point", ".a/b"),
        ("with an empty part", "text/"),
        ("not in ASCII", "t\u{e9}xt/plain"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn codes() -> Vec<Wrong> {
    [
        ("that is not in the registry", "NO_SUCH_CODE"),
        ("in small letters", "content_unopened"),
        ("with a hyphen", "CONTENT-UNOPENED"),
        ("that is a rule", "ASP-SEA-014"),
        ("empty", ""),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn file_names() -> Vec<Wrong> {
    [
        ("of another folder", "a/b"),
        ("of another folder, as some systems write it", "a\\b"),
        ("of another stream, as some systems write it", "a:b"),
        ("of this folder", "."),
        ("of the folder above", ".."),
        ("that begins with a space", " a"),
        ("that ends with a space", "a "),
        ("that ends with a point", "a."),
        ("with a line feed", "a\nb"),
        ("that is turned around", "\u{202e}fdp.exe"),
        ("with a space without width", "a\u{200b}b"),
        ("with a space that does not break", "a\u{a0}b"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn opaques() -> Vec<Wrong> {
    [
        ("with padding", "AQI="),
        ("of one digit, which is no byte", "A"),
        ("of five digits, which are no bytes", "AQIDA"),
        ("whose last digit has bits beyond the only byte", "AB"),
        ("whose last digit has bits beyond the second byte", "AQJ"),
        ("of the standard alphabet", "+/AA"),
        ("with a space", "AQ ID"),
        ("with a line feed at its end", "AQID\n"),
        ("of hexadecimal digits with a prefix", "0x010203:"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn names() -> Vec<Wrong> {
    [
        ("that begins with a space", " Acme"),
        ("that ends with a space", "Acme "),
        ("with two spaces together", "Acme  Metal"),
        ("with a tabulator", "Acme\tMetal"),
        ("with a space that does not break", "Acme\u{a0}Metal"),
        ("with an ideographic space", "Acme\u{3000}Metal"),
        ("with a line separator", "Acme\u{2028}Metal"),
        ("with a control character of the second row", "Acme\u{85}Metal"),
        ("with a space without width", "Ac\u{200b}me"),
        ("with a joiner", "Ac\u{200d}me"),
        ("with a soft hyphen", "Ac\u{ad}me"),
        ("with a byte order mark", "\u{feff}Acme"),
        ("that is turned around", "\u{202e}emcA"),
        ("in an isolate", "\u{2067}Acme\u{2069}"),
        ("with a variation selector", "Acme\u{fe0f}"),
        ("with a filler", "Acme\u{3164}"),
        ("with a blank pattern", "Acme\u{2800}"),
        ("with a tag", "Acme\u{e0041}"),
        ("with a character for private use", "Acme\u{e000}"),
        ("with a character that is none", "Acme\u{ffff}"),
        ("with a character that is not assigned", "Acme\u{378}"),
        ("that is decomposed", "Acme Me\u{301}tal"),
        ("with a sign for a letter", "\u{212b}cme"),
        ("without a letter or a digit", "\u{2026}!"),
        ("that begins with a mark", "\u{20dd}Acme"),
        ("with a mark twice", "Acm\u{e9}\u{301}"),
        ("with five marks at a letter", "Acme\u{332}\u{333}\u{339}\u{33a}\u{33b}"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn addresses() -> Vec<Wrong> {
    [
        ("of another scheme", "ftp://acme.example/"),
        ("without encryption, of another machine", "http://acme.example/"),
        ("of an address in digits", "https://10.0.0.1/"),
        ("of one label", "https://acme/"),
        ("with a capital", "https://Acme.example/"),
        ("with a user", "https://acme@acme.example/"),
        ("with a fragment", "https://acme.example/#a"),
        ("with a port that there is not", "https://acme.example:65536/"),
        ("with a space", "https://acme.example/a b"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn languages() -> Vec<Wrong> {
    [
        ("in capitals", "DE"),
        ("as a word", "german"),
        ("with a region in small letters", "de-at"),
        ("with its parts otherwise ordered", "zh-TW-Hant"),
        ("with an underscore", "de_AT"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn capabilities() -> Vec<Wrong> {
    [
        ("with a capital", "Procure"),
        ("with an empty word", "procure..metal"),
        ("that begins with a digit", "1procure"),
        ("of nine words", "a.b.c.d.e.f.g.h.i"),
        ("with a word of 33 letters", "abcdefghijklmnopqrstuvwxyzabcdefg"),
        ("empty", ""),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn streams() -> Vec<Wrong> {
    [
        ("of a kind that there is not", "auction:acme.example"),
        ("without a kind", "acme.example"),
        ("of an organisation without a name", "org:"),
        ("of an agent without its scheme", "agent:acme.example/procurement/buyer"),
        ("of a session in capitals", &format!("session:{}", DIGITS.to_uppercase())),
        ("of a session of 63 digits", &format!("session:{}", DIGITS.get(1..).unwrap_or_default())),
        ("of a session by its hash", &format!("session:sha256:{DIGITS}")),
        ("of a consent of two digits", "consent:ab"),
        ("of a dispute of two digits", "dispute:ab"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn hashes() -> Vec<Wrong> {
    let short: String = DIGITS.chars().take(63).collect();
    vec![
        ("in capitals", format!("sha256:{}", DIGITS.to_uppercase())),
        ("of 63 digits", format!("sha256:{short}")),
        ("of 65 digits", format!("sha256:{DIGITS}0")),
        ("without its prefix", DIGITS.to_owned()),
        ("of another kind", format!("sha512:{DIGITS}")),
        ("with a letter that is no digit", format!("sha256:{short}g")),
        ("with a capital prefix", format!("SHA256:{DIGITS}")),
    ]
}

fn keys() -> Vec<Wrong> {
    let digits = "6Mkf6DpFipTWXSBgt1DFuACj4UQse9R1uyT5jKhNBWd8sV3";
    vec![
        ("of another multicodec", "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme".to_owned()),
        ("of P-256, one digit less", "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU216".to_owned()),
        ("of P-256, one digit more", "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU21699".to_owned()),
        ("without `did:key:`", format!("z{digits}")),
        ("of another multibase", format!("did:key:u{digits}")),
        ("of one digit less", format!("did:key:z{}", digits.trim_end_matches('3'))),
        ("of one digit more", format!("did:key:z{digits}3")),
        ("with a digit that base58 has not", format!("did:key:z{}", digits.replacen('D', "0", 1))),
        ("with a fragment", format!("did:key:z{digits}#z{digits}")),
        // The digits are those of bytes that begin with ed 02.
        ("whose digits decode to another prefix", format!("did:key:z6Mkz{}", "z".repeat(43))),
        ("of another method", format!("did:web:z{digits}")),
    ]
}

fn domains() -> Vec<Wrong> {
    vec![
        ("of one label", "globex".to_owned()),
        ("with a capital", "Globex.example".to_owned()),
        ("with a final dot", "globex.example.".to_owned()),
        ("with an empty label", "globex..example".to_owned()),
        ("with an underscore", "glo_bex.example".to_owned()),
        ("with a label that begins with a hyphen", "-globex.example".to_owned()),
        ("with a label that ends with a hyphen", "globex-.example".to_owned()),
        ("not in ASCII", "glöbex.example".to_owned()),
        ("with a label of 64 letters", format!("{}.example", "a".repeat(64))),
        ("of 246 letters", format!("{}aa", "aaaa.".repeat(49)).replacen("aa.", "a.", 1) + "a"),
        ("empty", String::new()),
    ]
}

fn agents() -> Vec<Wrong> {
    vec![
        ("without a path", "agent://globex.example".to_owned()),
        ("with an empty path", "agent://globex.example/".to_owned()),
        ("with an empty name in its path", "agent://globex.example//seller".to_owned()),
        ("with a name that begins with a point", "agent://globex.example/../seller".to_owned()),
        ("with a capital", "agent://globex.example/Seller".to_owned()),
        ("with a domain of one label", "agent://globex/seller".to_owned()),
        ("with another scheme", "https://globex.example/seller".to_owned()),
        ("with a path of nine names", "agent://globex.example/a/b/c/d/e/f/g/h/i".to_owned()),
        ("with a name of 65 letters", format!("agent://globex.example/{}", "a".repeat(65))),
        ("with a query", "agent://globex.example/seller?x=1".to_owned()),
        ("of 256 letters", format!("agent://globex.example/{}/{0}/{0}/{}", "a".repeat(64), "a".repeat(38))),
    ]
}

fn instants() -> Vec<Wrong> {
    [
        ("without milliseconds", "2026-11-23T15:55:12Z"),
        ("with microseconds", "2026-11-23T15:55:12.000000Z"),
        ("with an offset", "2026-11-23T15:55:12.000+00:00"),
        ("in small letters", "2026-11-23t15:55:12.000z"),
        ("with a space between date and time", "2026-11-23 15:55:12.000Z"),
        ("of a day that February has not", "2026-02-29T15:55:12.000Z"),
        ("of a month that there is not", "2026-13-01T15:55:12.000Z"),
        ("of an hour that there is not", "2026-11-23T24:00:00.000Z"),
        ("of a leap second", "2016-12-31T23:59:60.000Z"),
        ("before 1970", "1969-12-31T23:59:59.999Z"),
        ("after 9998", "9999-01-01T00:00:00.000Z"),
        ("with a comma before the milliseconds", "2026-11-23T15:55:12,000Z"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn decimals() -> Vec<Wrong> {
    [
        ("with a needless zero before", "01"),
        ("with a needless zero behind", "2.50"),
        ("with a fraction of zero", "1.0"),
        ("with an exponent", "1e3"),
        ("with a minus", "-1"),
        ("with a plus", "+1"),
        ("with nothing before the point", ".5"),
        ("with nothing behind the point", "1."),
        ("of 19 digits before the point", "1000000000000000000"),
        ("of 10 digits behind the point", "0.0000000001"),
        ("with a comma", "2,5"),
        ("with a digit that is not of ASCII", "１"),
        ("empty", ""),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

fn ids() -> Vec<Wrong> {
    [
        ("in capitals", "01A2091E-5300-78DF-87E8-54C905F4DD77"),
        ("without hyphens", "01a2091e530078df87e854c905f4dd77"),
        ("of version 4", "01a2091e-5300-48df-87e8-54c905f4dd77"),
        ("of another variant", "01a2091e-5300-78df-c7e8-54c905f4dd77"),
        ("in braces", "{01a2091e-5300-78df-87e8-54c905f4dd77}"),
        ("as a URN", "urn:uuid:01a2091e-5300-78df-87e8-54c905f4dd77"),
        ("of one digit less", "01a2091e-5300-78df-87e8-54c905f4dd7"),
    ]
    .map(|(what, text)| (what, text.to_owned()))
    .into()
}

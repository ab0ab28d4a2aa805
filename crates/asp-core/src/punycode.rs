//! Punycode (RFC 3492): the letters behind the ASCII of an internationalised domain's label.
//! Decodes alone; whether the letters are fit for a domain is not known here.

/// RFC 3492 §5.
const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 0x80;

/// What a label stands for whose ASCII is `xn--` and this, in lower case; none if it stands for nothing.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let (basic, extended) = text.rsplit_once('-').unwrap_or(("", text));
    if !text.is_ascii() || extended.is_empty() {
        return None;
    }
    let mut letters: Vec<char> = basic.chars().collect();
    let (mut code, mut place, mut bias) = (INITIAL_N, 0u32, INITIAL_BIAS);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let before = place;
        place = number(&mut digits, place, bias)?;
        let count = u32::try_from(letters.len()).ok()?.checked_add(1)?;
        bias = adapt(place - before, count, before == 0);
        code = code.checked_add(place / count)?;
        place %= count;
        letters.insert(usize::try_from(place).ok()?, char::from_u32(code)?);
        place += 1;
    }
    Some(letters.into_iter().collect())
}

/// Adds a generalised variable-length integer (§3.3) to `place`.
fn number(digits: &mut std::str::Bytes<'_>, mut place: u32, bias: u32) -> Option<u32> {
    let (mut weight, mut step) = (1u32, BASE);
    loop {
        let digit = digit(digits.next()?)?;
        place = place.checked_add(digit.checked_mul(weight)?)?;
        let threshold = step.saturating_sub(bias).clamp(T_MIN, T_MAX);
        if digit < threshold {
            return Some(place);
        }
        weight = weight.checked_mul(BASE - threshold)?;
        step += BASE;
    }
}

fn digit(byte: u8) -> Option<u32> {
    match byte {
        b'a'..=b'z' => Some(u32::from(byte - b'a')),
        b'0'..=b'9' => Some(u32::from(byte - b'0') + 26),
        _ => None,
    }
}

/// §6.1.
fn adapt(delta: u32, count: u32, first: bool) -> u32 {
    let mut delta = if first { delta / DAMP } else { delta / 2 };
    delta += delta / count;
    let mut steps = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        steps += BASE;
    }
    steps + (BASE - T_MIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_decode_as_the_standard_has_them() {
        for (coded, letters) in [
            ("bcher-kva", "bücher"),
            ("mnchen-3ya", "münchen"),
            ("80ak6aa92e", "аррӏе"),
            // RFC 3492 §7.1, (A), (B), (L) and (P), in lower case.
            ("egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("3b-ww4c5e180e575a65lsy2b", "3年b組金八先生"),
            ("2-u9tlzr9756bt3uc0v", "ひとつ屋根の下2"),
        ] {
            assert_eq!(decode(coded).as_deref(), Some(letters), "{coded}");
        }
    }

    #[test]
    fn what_stands_for_nothing_does_not_decode() {
        for coded in ["", "abc-", "a-!", "bücher", "99999999", "a-9999999a", "BCHER-KVA"] {
            assert_eq!(decode(coded), None, "{coded}");
        }
    }
}

//! MessagePack as another spelling of the envelope: the same value, made into the JSON that is judged.
//!
//! What is signed is the canonical JSON of the statement either way, so this neither adds nor decides anything: it
//! refuses what JSON cannot say.

use std::cell::Cell;
use std::fmt;

use asp_core::limits;
use asp_core::rejection::{Code, Rejection};
use asp_core::statement::draft::canonical;
use rmp_serde::decode::Error;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Values in an envelope: those of a statement and those around it.
const NODES_MAX: usize = limits::STATEMENT_NODES_MAX + 256;
/// Levels of an envelope: those of a statement, the envelope itself, and one that a reader counts for the leaves.
const DEPTH_MAX: usize = limits::STATEMENT_DEPTH_MAX + 2;

/// The canonical JSON of an envelope in MessagePack (ASP-API-002).
///
/// # Errors
/// `NOT_MESSAGE_PACK` if it is none or says what JSON cannot: a name that is no text or stands twice, a fraction, bytes, an
/// extension; `TOO_DEEP`, `TOO_MANY_NODES`.
pub(crate) fn to_json(bytes: &[u8]) -> Result<Vec<u8>, Rejection> {
    let left = Cell::new(NODES_MAX);
    let mut reader = rmp_serde::Deserializer::new(bytes);
    reader.set_max_depth(DEPTH_MAX);
    let value = Node { left: &left }.deserialize(&mut reader).map_err(|error| {
        let deep = matches!(error, Error::DepthLimitExceeded);
        let many = if left.get() == 0 { Code::TooManyNodes } else { Code::NotMessagePack };
        let code = if deep { Code::TooDeep } else { many };
        code.at("")
    })?;
    if reader.get_ref().is_empty() { Ok(canonical(&value)) } else { Err(Code::NotMessagePack.at("")) }
}

/// Reads one value; `left` counts down what may still come.
#[derive(Clone, Copy)]
struct Node<'a> {
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| de::Error::custom("too many values"))?;
        self.left.set(left);
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that JSON has")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(Number::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(Number::from(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if all.insert(name, members.next_value_seed(self)?).is_some() {
                return Err(de::Error::custom("a name twice"));
            }
        }
        Ok(Value::Object(all))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(bytes: &[u8]) -> Result<String, Code> {
        to_json(bytes).map(|json| String::from_utf8(json).unwrap()).map_err(|rejection| rejection.code)
    }

    #[test]
    fn a_value_is_the_same_in_both_spellings() {
        let value =
            json!({"b": [1, -1, 9_007_199_254_740_991_u64, null, true], "a": {"ü": "\u{1f980}"}, "": ""});
        let packed = rmp_serde::to_vec(&value).unwrap();
        assert_eq!(read(&packed).unwrap().into_bytes(), canonical(&value));
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for (bytes, code) in [
            (&b""[..], Code::NotMessagePack),
            // The byte that is never used.
            (b"\xc1", Code::NotMessagePack),
            // More after the value, less than announced.
            (b"\xc0\xc0", Code::NotMessagePack),
            (b"\x92\xc0", Code::NotMessagePack),
            (b"\xdd\xff\xff\xff\xff", Code::NotMessagePack),
            (b"\xdb\xff\xff\xff\xffx", Code::NotMessagePack),
            // A fraction, bytes, an extension, a text that is not UTF-8.
            (b"\xca\x3f\x80\x00\x00", Code::NotMessagePack),
            (b"\xc4\x01x", Code::NotMessagePack),
            (b"\xd4\x01x", Code::NotMessagePack),
            (b"\xa1\xff", Code::NotMessagePack),
            // A name that is a number, and one that stands twice.
            (b"\x81\x01\xc0", Code::NotMessagePack),
            (b"\x82\xa1a\xc0\xa1a\xc0", Code::NotMessagePack),
        ] {
            assert_eq!(read(bytes), Err(code), "{bytes:02x?}");
        }
        let nested = |levels: usize| [vec![0x91; levels], vec![0xc0]].concat();
        assert!(read(&nested(limits::STATEMENT_DEPTH_MAX + 1)).is_ok());
        assert_eq!(read(&nested(limits::STATEMENT_DEPTH_MAX + 2)), Err(Code::TooDeep));
        assert_eq!(read(&nested(200_000)), Err(Code::TooDeep));
        let many = [&[0xdd, 0, 1, 0, 0][..], &[0xc0; 65_536]].concat();
        assert_eq!(read(&many), Err(Code::TooManyNodes));
    }
}

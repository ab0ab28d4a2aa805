//! The cookies of people's sessions, and whether a request comes from a page of the node's own.
//!
//! A cookie is a bearer's: whoever has it is believed until it ends. What it can do against that is to be sent nowhere
//! else, read by no script, and worth nothing for whatever changes something without a page of the node.

use asp_core::rejection::Code;
use axum::http::header::{COOKIE, HeaderName, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};

use super::dpop;
use super::people::Secret;
use crate::http::problem::Denial;

/// What a request by cookie that is no form has to have: no page of another site can send it unasked.
const INTENT: HeaderName = HeaderName::from_static("assent-intent");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How this node's cookies are called and sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cookies {
    /// Whether browsers reach the node by TLS alone; else it is this machine's, without.
    pub(crate) secure: bool,
}

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Of a person who has signed in.
    Session,
    /// Of a browser that is at a provider of identities.
    SigningIn,
}

impl Cookies {
    const fn name(self, cookie: Cookie) -> &'static str {
        match (cookie, self.secure) {
            (Cookie::Session, true) => "__Host-assent",
            (Cookie::Session, false) => "assent",
            (Cookie::SigningIn, true) => "__Host-assent-signing-in",
            (Cookie::SigningIn, false) => "assent-signing-in",
        }
    }

    /// The header that sets a cookie for so many seconds; 0 takes it away.
    ///
    /// # Errors
    /// [`Denial::Internal`] if the value is no text of a header.
    pub(crate) fn set(self, cookie: Cookie, value: &str, seconds: u64) -> Result<HeaderValue, Denial> {
        let (name, secure) = (self.name(cookie), if self.secure { "; Secure" } else { "" });
        let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        HeaderValue::from_str(&text).map_err(|_| Denial::Internal)
    }

    /// The value of the one cookie of this name. Of several none counts: the second was put there by somebody else.
    pub(crate) fn find(self, cookie: Cookie, headers: &HeaderMap) -> Option<&str> {
        let name = self.name(cookie);
        let pairs = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let pairs = pairs.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut values = pairs.filter(|(known, _)| *known == name).map(|(_, value)| value);
        let value = values.next()?;
        values.next().is_none().then_some(value)
    }

    /// The secret of the session that a request brings.
    pub(crate) fn session(self, headers: &HeaderMap) -> Option<Secret> {
        self.find(Cookie::Session, headers).and_then(Secret::parse)
    }

    /// Whether a request brings something that is called a session.
    pub(crate) fn has_session(self, headers: &HeaderMap) -> bool {
        let pairs = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
        let mut names = pairs.flat_map(|header| header.split(';')).filter_map(|pair| pair.split('=').next());
        names.any(|name| name.trim() == self.name(Cookie::Session))
    }
}

/// Holds that a form comes from a page of one of these addresses of the node (ASP-AUT-012).
///
/// # Errors
/// [`Code::CrossSiteRequest`].
pub(crate) fn check_origin(headers: &HeaderMap, bases: &[String]) -> Result<(), Denial> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let own = match (text(&FETCH_SITE), text(&ORIGIN)) {
        // The browser's own word, which no page can change.
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => bases.iter().any(|base| dpop::is_same_site(base, origin)),
        (None, None) => false,
    };
    if own { Ok(()) } else { Err(Code::CrossSiteRequest.into()) }
}

/// The same of what is no form: it also says that it means it.
///
/// # Errors
/// [`Code::CrossSiteRequest`].
pub(crate) fn check_intent(headers: &HeaderMap, bases: &[String]) -> Result<(), Denial> {
    check_origin(headers, bases)?;
    if headers.contains_key(INTENT) { Ok(()) } else { Err(Code::CrossSiteRequest.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_once_under_its_own_name() {
        let (plain, secure) = (Cookies { secure: false }, Cookies { secure: true });
        let secret = "0f".repeat(32);
        let one = headers(&[("cookie", &format!("a=b; assent={secret}")), ("cookie", "c=d")]);
        assert_eq!(plain.session(&one).map(|secret| secret.text()), Some(secret.clone()));
        assert!(secure.session(&one).is_none() && !secure.has_session(&one) && plain.has_session(&one));
        for cookie in [
            format!("assent={secret}; assent={secret}"),
            format!("assent={secret}0"),
            format!("Assent={secret}"),
            format!("__Host-assent={secret}"),
            "assent".to_owned(),
            String::new(),
        ] {
            assert!(plain.session(&headers(&[("cookie", &cookie)])).is_none(), "{cookie}");
        }
        let set = secure.set(Cookie::Session, "ab", 60).unwrap();
        assert_eq!(set, "__Host-assent=ab; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let set = plain.set(Cookie::Session, "", 0).unwrap();
        assert_eq!(set, "assent=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn only_the_nodes_own_pages_change_something() {
        // ASP-AUT-012
        let bases = ["https://node.example/assent".to_owned(), "http://127.0.0.1:4860".to_owned()];
        let (site, origin, intent) = ("sec-fetch-site", "origin", "assent-intent");
        for good in [
            &[(site, "same-origin")][..],
            &[(origin, "https://node.example")],
            &[(origin, "http://127.0.0.1:4860")],
            &[(site, "same-origin"), (origin, "null")],
        ] {
            assert!(check_origin(&headers(good), &bases).is_ok(), "{good:?}");
            assert!(check_intent(&headers(good), &bases).is_err(), "{good:?}");
            assert!(check_intent(&headers(&[good, &[(intent, "1")]].concat()), &bases).is_ok());
        }
        for wrong in [
            &[][..],
            &[(site, "cross-site")],
            &[(site, "same-site"), (origin, "https://node.example")],
            &[(site, "none")],
            &[(origin, "null")],
            &[(origin, "http://node.example")],
            &[(origin, "https://node.example:8443")],
            &[(origin, "https://node.example.evil.example")],
            &[(origin, "https://evil.example/https://node.example")],
        ] {
            assert!(check_origin(&headers(wrong), &bases).is_err(), "{wrong:?}");
            assert!(check_intent(&headers(&[wrong, &[(intent, "1")]].concat()), &bases).is_err());
        }
    }
}

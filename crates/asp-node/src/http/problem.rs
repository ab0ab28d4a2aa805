//! The only place where a rejection, a refusal or a fault becomes `application/problem+json` (ASP-API-001).
//!
//! What is hidden and what is not there are one error, with one shape.

use asp_client::api::Problem;
use asp_core::rejection::{Code, Rejection, Retry};
use asp_store::chunks::NotPut;
use asp_store::inbox::NotDone;
use asp_store::people::NotKept;
use asp_store::saved::NotSaved;
use asp_store::webhooks::NotAdded;
use asp_store::{Fault, Refusal};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Seconds after which it may be tried again.
const RETRY_AFTER_SECONDS: u64 = 1;

/// Why a request has no other answer.
#[derive(Debug)]
pub(crate) enum Denial {
    /// It breaks a rule. Nothing has changed.
    Rejected(Rejection),
    /// Too many wait. Nothing was begun.
    Full,
    /// The node is stopping. Nothing was begun.
    Stopping,
    /// The storage failed.
    Fault(Fault),
    /// A defect of ours.
    Internal,
}

impl From<Rejection> for Denial {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Code> for Denial {
    fn from(code: Code) -> Self {
        Self::Rejected(code.into())
    }
}

impl From<Fault> for Denial {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => Self::Rejected(rejection),
            Refusal::Full => Self::Full,
            Refusal::Stopping => Self::Stopping,
            Refusal::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<NotKept> for Denial {
    fn from(not_kept: NotKept) -> Self {
        match not_kept {
            NotKept::Full => Code::PeopleLimit.into(),
            NotKept::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<NotSaved> for Denial {
    fn from(not_saved: NotSaved) -> Self {
        match not_saved {
            NotSaved::Full => Code::SearchLimit.into(),
            NotSaved::NameTaken => Code::SearchNameTaken.into(),
            NotSaved::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<NotDone> for Denial {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Unknown => Code::NotFound.into(),
            NotDone::LeaseLost { place } => Code::LeaseLost.at(format!("/positions/{place}")).into(),
            NotDone::Full => Code::InboxFull.into(),
            NotDone::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<NotPut> for Denial {
    fn from(not_put: NotPut) -> Self {
        match not_put {
            NotPut::Digest => Code::ChunkDigest.into(),
            NotPut::Full => Code::ChunkLimit.into(),
            NotPut::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<NotAdded> for Denial {
    fn from(not_added: NotAdded) -> Self {
        match not_added {
            NotAdded::Full => Code::WebhookLimit.into(),
            NotAdded::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl Denial {
    /// What is told, and nothing of our insides with it.
    pub(crate) fn told(self) -> Rejection {
        match self {
            Self::Rejected(rejection) => rejection,
            Self::Full => Code::Overloaded.into(),
            Self::Stopping => Code::Stopping.into(),
            Self::Fault(fault) => {
                tracing::error!(%fault, "the storage failed a request");
                Code::StorageFault.into()
            }
            Self::Internal => Code::Internal.into(),
        }
    }
}

/// The code of an answer that is a problem, for whoever counts them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told(pub(crate) Code);

impl Denial {
    /// What is told, where the answer is no response of HTTP.
    pub(crate) fn described(self) -> serde_json::Value {
        serde_json::to_value(Problem::from(&self.told())).unwrap_or_default()
    }
}

impl IntoResponse for Denial {
    fn into_response(self) -> Response {
        let rejection = self.told();
        let code = rejection.code;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&Problem::from(&rejection)).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let busy = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS].contains(&status);
        if code.retry() == Retry::Later && busy {
            headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        if let Some(challenge) = challenge(code, status) {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        response.extensions_mut().insert(Told(code));
        response
    }
}

/// How to ask again with authority (RFC 9449 §7.1).
fn challenge(code: Code, status: StatusCode) -> Option<&'static str> {
    if status != StatusCode::UNAUTHORIZED {
        return None;
    }
    Some(if code == Code::InvalidToken {
        r#"DPoP error="invalid_token", algs="EdDSA ES256""#
    } else if code == Code::InvalidDpopProof {
        r#"DPoP error="invalid_dpop_proof", algs="EdDSA ES256""#
    } else {
        r#"DPoP algs="EdDSA ES256""#
    })
}

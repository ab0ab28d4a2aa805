//! Refusals and faults as RFC 9457 problems: the only place where they get a form.

use asp_client::api::Problem;
use asp_core::rejection::{Code, Rejection};
use asp_store::{Fault, Refusal};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(crate) struct Failure(Rejection);

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self(rejection)
    }
}

impl From<Code> for Failure {
    fn from(code: Code) -> Self {
        Self(code.into())
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a request failed");
        Self(Code::StorageFault.into())
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => Self(rejection),
            Refusal::Full => Self(Code::Overloaded.into()),
            Refusal::Stopping => Self(Code::Stopping.into()),
            Refusal::Fault(fault) => fault.into(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = Problem::from(&self.0);
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("DPoP algs=\"EdDSA\""));
        }
        response
    }
}

//! Server-sent events of one connection, taken out of its bytes.

use super::{Reader, Stage};

/// One connection's events.
pub struct EventStream {
    response: reqwest::Response,
    text: String,
}

impl EventStream {
    /// Opens a stream of events, after the last one if there was one.
    pub async fn open(stage: &Stage, reader: &Reader, path: &str, last: Option<u64>) -> Self {
        let request = stage.request_as(reader, path);
        let request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        };
        Self::of(request.send().await.unwrap())
    }

    /// The events of an answer.
    pub fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event's id and data, which has to be of this kind; none when the stream ends.
    pub async fn next(&mut self, kind: &str) -> Option<(u64, String)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field =
                    |name: &str| event.lines().find_map(|line| line.strip_prefix(name).map(str::trim));
                if let Some(data) = field("data:") {
                    assert_eq!(field("event:"), Some(kind));
                    return Some((field("id:").unwrap().parse().unwrap(), data.to_owned()));
                }
            } else {
                let chunk = self.response.chunk().await.ok()??;
                self.text.push_str(std::str::from_utf8(&chunk).unwrap());
            }
        }
    }
}

//! `assent session send` and `fetch`: files in sessions that the node cannot read.

use std::path::Path;

use asp_client::Session;
use asp_core::limits;
use asp_core::position::Sequence;
use asp_core::seal::Opened;
use asp_core::statement::body::{Attachment, Body, FileName, FileNote, Inform, MediaType, Text};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// What became of a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Moved<'a> {
    /// The number of the message that it came with.
    message: Sequence,
    name: String,
    size: u64,
    /// The SHA-256 of the file.
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a Path>,
}

/// Sends a file.
///
/// # Errors
/// Why it was not sent.
pub(super) async fn send(
    context: &Context,
    session: &Session,
    path: &Path,
    (name, media_type): (Option<FileName>, Option<MediaType>),
    text: Text,
) -> Outcome {
    let unreadable = |why: &dyn std::fmt::Display| Failure::usage(format_args!("{}: {why}", path.display()));
    let size = std::fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if !(1..=limits::FILE_BYTES_MAX as u64).contains(&size) {
        return Err(unreadable(&"a file of 1 byte to 64 MiB can be sent"));
    }
    let name = match name {
        Some(name) => name,
        None => {
            let own = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            own.parse().map_err(|error| unreadable(&error).hint("--name says what it is called there."))?
        }
    };
    let bytes = std::fs::read(path).map_err(|error| unreadable(&error))?;
    let bar = context.printer.progress("bytes sent", size);
    let told = |done| bar.at(done, size);
    let receipt = session.send_file((name.clone(), media_type), &bytes, text, told).await?;
    drop(bar);
    let digest = asp_core::position::Hash::of(&[&bytes]).to_hex();
    let message = receipt.receipt.sequence;
    show(context, &Moved { message, name: name.to_string(), size, digest, path: None });
    Ok(())
}

/// Fetches the file of a message.
///
/// # Errors
/// Why it was not fetched, or is not the one that was sent.
pub(super) async fn fetch(context: &Context, session: &Session, message: Sequence, path: &Path) -> Outcome {
    if path.as_os_str() == "-" {
        return Err(Failure::usage("it is checked as a whole before anybody has it: name a file, not -"));
    }
    let (_, Opened { body, .. }) = super::bundle::opened(session, message).await?;
    let Body::Inform(Inform::File(FileNote { file, .. })) = body else {
        return Err(Failure::no(format_args!("message {message} has no file"))
            .hint("`assent session show ID --messages` shows which have."));
    };
    let Attachment { size, .. } = file;
    let bar = context.printer.progress("bytes fetched", size);
    session.fetch_file(&file, path, |done| bar.at(done, size)).await?;
    drop(bar);
    let (name, digest) = (file.name.to_string(), file.digest.to_hex());
    show(context, &Moved { message, name, size, digest, path: Some(path) });
    Ok(())
}

fn show(context: &Context, moved: &Moved<'_>) {
    context.printer.show(moved, |page| {
        page.field("message", moved.message.to_string());
        page.field("file", moved.name.clone());
        page.field("size", format!("{} bytes", moved.size));
        page.field("sha256", moved.digest.clone());
        if let Some(path) = moved.path {
            page.field("written", path.display().to_string());
        }
    });
}

//! `assent mcp`: tools for a model, over stdio, in the name of an agent whose keys are in the home and stay there.

use std::io::{self, Read};

use asp_core::name::Issuer;
use asp_surfaces::{Own, mcp};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::runtime::Handle;

use crate::context::Context;
use crate::failure::{Failure, Outcome};

/// Bytes on their way between a pipe and who reads it.
const PIPE_BYTES: usize = 64 * 1024;

/// Serves whoever started the program until stdin ends.
///
/// # Errors
/// When it is not clear who speaks, its key is not here, or nobody answers at the node.
pub(super) async fn run(context: &Context) -> Outcome {
    let agent = context.agent().await?;
    let domain = agent.agent().organisation();
    let issuer = Issuer::Organisation(domain.clone());
    let organisation = if context.keyring()?.has(&issuer) {
        Some(agent.client().organisation_with(domain, context.key(&issuer)?))
    } else {
        None
    };
    let (into, input) = tokio::io::duplex(PIPE_BYTES);
    let (output, mut out) = tokio::io::duplex(PIPE_BYTES);
    let handle = Handle::current();
    // Reading stdin cannot be given up, so a thread does it that nobody waits for.
    std::thread::spawn(move || feed(&handle, into));
    let print = async {
        let mut bytes = vec![0; PIPE_BYTES];
        loop {
            let count = out.read(&mut bytes).await?;
            match bytes.get(..count) {
                None | Some([]) => return Ok(()),
                Some(piece) => context.printer.raw(piece)?,
            }
        }
    };
    let serve = mcp::serve(Own::new(agent, organisation), input, output);
    let (served, printed): (io::Result<()>, io::Result<()>) = tokio::join!(serve, print);
    served.and(printed).map_err(Failure::fault)
}

/// Passes stdin on until it ends or nobody takes it.
fn feed(handle: &Handle, mut into: DuplexStream) {
    let mut stdin = io::stdin().lock();
    let mut bytes = vec![0; PIPE_BYTES];
    while let Ok(count) = stdin.read(&mut bytes) {
        let Some(piece) = bytes.get(..count).filter(|piece| !piece.is_empty()) else { return };
        if handle.block_on(into.write_all(piece)).is_err() {
            return;
        }
    }
}

//! A world in which a session is known in full: what the members of its group judge, and what they apply. No node has one.

use super::World;
use crate::name::StreamId;
use crate::position::LogPoint;
use crate::rejection::{Code, Rejection};
use crate::seal::Opened;
use crate::session::Session;
use crate::statement::Verified;
use crate::stream::Accepted;

impl World {
    /// Judges what was found in the seal of a statement that its log has, by the rules that the node could not ask; nothing
    /// is found where there is no seal.
    ///
    /// The streams that the opened statement touches have to be loaded, its session as it was before it, with all that was
    /// sealed in it. What is given back leads that session on; of what is refused the statement as the log has it does.
    ///
    /// # Errors
    /// The rule that is broken: the member does not act on the statement, and says that it could not read it.
    pub fn judge_opened(
        &self,
        verified: &Verified,
        opened: Option<&Opened>,
        at: LogPoint,
    ) -> Result<Accepted, Rejection> {
        let statement = verified.statement();
        let session = match &statement.stream {
            StreamId::Session(id) => self.sessions.get(id),
            StreamId::Org(_)
            | StreamId::Agent(_)
            | StreamId::Consent(_)
            | StreamId::Account(_)
            | StreamId::Dispute(_) => None,
        };
        let session = session.ok_or_else(|| Code::UnknownStream.at("/stream"))?;
        self.judge_within(session, verified, opened, at)
    }

    /// The same of a session that is known in full elsewhere, beside the world that a node knows.
    ///
    /// # Errors
    /// As [`World::judge_opened`].
    pub fn judge_within(
        &self,
        session: &Session,
        verified: &Verified,
        opened: Option<&Opened>,
        at: LogPoint,
    ) -> Result<Accepted, Rejection> {
        let statement = verified.statement();
        let accepted = match (opened, &statement.seal) {
            (Some(opened), Some(_)) => {
                opened.fits(statement, session.mode())?;
                Accepted::opened(verified, opened.body.clone(), at)
            }
            (None, None) => Accepted::new(verified.clone(), at),
            (Some(_), None) | (None, Some(_)) => return Err(Code::ContentUnopened.at("/seal")), // ASP-SEA-014
        };
        let opened = accepted.statement();
        session.judge_opened(opened, &self.facts_of(session, opened, at))?;
        Ok(accepted)
    }
}

//! Takes the proof of a commitment out of the store: the streams on which it rests, with receipts and proofs.
//! Judges nothing: `asp_core::bundle` does, wherever the file is read.

use std::collections::{BTreeMap, BTreeSet};

use asp_core::bundle::{Bundle, Piece, needs};
use asp_core::consent::Consent;
use asp_core::name::{AgentUri, StreamId};
use asp_core::position::{Hash, Position};
use asp_core::session::Session;
use asp_core::statement::Body;
use asp_core::statement::body::Withdraw;
use asp_core::stream::Accepted;

use crate::entries::Entry;
use crate::fault::Fault;
use crate::reads::Reader;
use crate::views::Tenant;

impl Reader<'_> {
    /// The bundle of a commitment at the newest checkpoint; none if the tenant may not read its session.
    ///
    /// Who signed it and left the session gets the session up to there, and so does who read it by a mandate that has ended.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn bundle(&self, tenant: &Tenant, commitment: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        let Some(entries) = self.shown(tenant, commitment)? else { return Ok(None) };
        self.proof(commitment, entries)
    }

    /// The bundle of a case: the commitment in dispute with what was said in the dispute; none if the tenant may not read
    /// both.
    ///
    /// # Errors
    /// As [`Reader::size`].
    pub fn case(&self, tenant: &Tenant, dispute: &Hash) -> Result<Option<Vec<u8>>, Fault> {
        let Some(found) = self.dispute(tenant, dispute)? else { return Ok(None) };
        let session = StreamId::Session(found.filing().session);
        if !self.may_read(Some(tenant), &session)? {
            return Ok(None);
        }
        let mut entries = self.whole(&session)?;
        entries.extend(self.whole(&StreamId::Dispute(*dispute))?);
        self.proof(&found.filing().commitment, entries)
    }

    /// The bundle of what was said, with all that it rests on.
    fn proof(&self, commitment: &Hash, mut entries: Vec<Entry>) -> Result<Option<Vec<u8>>, Fault> {
        let Some(checkpoint) = self.checkpoint()? else { return Ok(None) };
        let streams = entries.iter().map(|entry| entry.statement.statement().stream.clone());
        let mut known: BTreeSet<StreamId> = streams.collect();
        let mut looked_at = 0;
        // Each stream is loaded once, so this ends.
        while let Some(entry) = entries.get(looked_at) {
            looked_at += 1;
            for stream in needs(entry.statement.statement()) {
                if known.insert(stream.clone()) {
                    entries.extend(self.whole(&stream)?);
                }
            }
        }
        entries.sort_by_key(|entry| entry.point.index);
        let size = self.size()?;
        let pieces: Result<Vec<Piece>, Fault> =
            entries.into_iter().map(|entry| self.piece(entry, size)).collect();
        let bundle = Bundle::build(*commitment, self.origin().clone(), self.node_key(), checkpoint, pieces?);
        let bundle = bundle
            .ok_or_else(|| Fault::corrupt(None, "a bundle of it would be larger than anybody reads"))?;
        Ok(Some(bundle.to_bytes()))
    }

    /// What the tenant may see of the session that has a commitment.
    fn shown(&self, tenant: &Tenant, commitment: &Hash) -> Result<Option<Vec<Entry>>, Fault> {
        if let Some((id, _)) = self.commitment(tenant, commitment)? {
            return self.whole(&StreamId::Session(id)).map(Some);
        }
        let Some((id, session)) = self.unseen(commitment)? else { return Ok(None) };
        let Some(found) = session.commitments().get(commitment) else { return Ok(None) };
        let mut entries = self.whole(&StreamId::Session(id))?;
        let last = match found.signers.iter().find(|signer| tenant.is(signer)) {
            Some(signer) => departure(&entries, signer),
            None => self.last_by_mandate(tenant, &entries, found.formed.index)?,
        };
        let Some(last) = last else { return Ok(None) };
        entries.truncate(last + 1);
        Ok(Some(entries))
    }

    /// The last of a session's statements that the tenant could read by a mandate (ASP-AUT-014); none if the commitment was
    /// formed after that.
    fn last_by_mandate(
        &self,
        tenant: &Tenant,
        entries: &[Entry],
        formed: Position,
    ) -> Result<Option<usize>, Fault> {
        let names = |body: &Body| matches!(body, Body::Delegate(mandate) if tenant.is(&mandate.to));
        if !entries.iter().any(|entry| names(&entry.statement.statement().body)) {
            return Ok(None);
        }
        let mut session: Option<Session> = None;
        let mut consents: BTreeMap<Hash, Consent> = BTreeMap::new();
        let mut last = None;
        for (place, entry) in entries.iter().enumerate() {
            let accepted = Accepted::from_store(entry.statement.clone(), entry.point);
            match &mut session {
                Some(session) => drop(session.apply(&accepted)),
                None => session = Session::open(&accepted),
            }
            let Some(session) = &session else { continue };
            for id in session.further_consents() {
                if !consents.contains_key(id) {
                    consents.insert(*id, self.load_consent(id)?);
                }
            }
            let further: Vec<&Consent> = consents.values().collect();
            if session.delegates(&further).into_iter().any(|agent| tenant.is(agent)) {
                last = Some((place, entry.point.index));
            }
        }
        Ok(last.filter(|(_, index)| *index >= formed).map(|(place, _)| place))
    }

    fn whole(&self, stream: &StreamId) -> Result<Vec<Entry>, Fault> {
        self.entries(stream, None, usize::MAX)
    }

    fn piece(&self, entry: Entry, size: u64) -> Result<Piece, Fault> {
        let index = entry.point.index;
        let missing = |what: &str| Fault::corrupt(Some(index.0), what);
        let (receipt, _) =
            self.receipt(&entry.statement.statement().hash)?.ok_or_else(|| missing("it has no receipt"))?;
        let proof = self.inclusion(index.0, size)?.ok_or_else(|| missing("the tree does not have it"))?;
        Ok(Piece { index, log_time: entry.point.time, statement: entry.statement, receipt, proof })
    }
}

/// Where somebody left a session, the last time.
fn departure(entries: &[Entry], who: &AgentUri) -> Option<usize> {
    entries.iter().rposition(|entry| {
        let statement = entry.statement.statement();
        let departs = matches!(statement.body, Body::Withdraw(Withdraw::Departure(_)));
        departs && statement.issuer.agent() == Some(who)
    })
}

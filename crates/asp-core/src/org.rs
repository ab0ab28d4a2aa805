//! An organisation: a domain with keys and a policy. Knows no agents and no sessions.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a stream asks for the bodies that it knows; every other is answered alike"
)]

use std::collections::BTreeMap;

use crate::amount::Money;
use crate::display::DisplayName;
use crate::limits;
use crate::name::{Domain, Issuer};
use crate::position::{Hash, Head, LogPoint, Position};
use crate::rejection::{Code, Rejection};
use crate::statement::Verified;
use crate::statement::body::{
    Body, ConsentRule, Mode, Name, OrgCheck, OrgVerify, PolicySet, SchemaAlias, SchemaRegister, Text,
};
use crate::stream::{Accepted, KeyHistory, require_signatures};
use crate::terms::TermsSchema;

/// The state of an `org:` stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    domain: Domain,
    name: DisplayName,
    keys: KeyHistory,
    policy: Option<PolicySet>,
    /// The rules of consent of each policy, with its place; a policy without rules after one that has some too.
    consent_rules: Vec<(Position, Vec<ConsentRule>)>,
    evidence: Option<OrgVerify>,
    check: Option<DomainCheck>,
    schemas: BTreeMap<Hash, RegisteredSchema>,
    head: Head,
    registered: LogPoint,
}

/// What the node found under the domain when it last said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainCheck {
    /// What it found, of which key, and where.
    pub found: OrgCheck,
    /// Where in the log it says so.
    pub at: LogPoint,
}

/// A terms schema of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredSchema {
    /// What people call it.
    pub alias: SchemaAlias,
    /// Its version.
    pub version: u32,
    /// What it is for.
    pub description: Text,
    /// The schema.
    pub schema: TermsSchema,
    /// Where in the log it was registered.
    pub registered: LogPoint,
}

impl Organisation {
    /// Judges the statement that would open the stream: signed by the key that it brings.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide_opening(domain: &Domain, verified: &Verified) -> Result<(), Rejection> {
        let Body::OrgRegister(register) = &verified.statement().body else {
            return Err(Code::UnknownStream.at("/stream").by("ASP-ORG-001"));
        };
        check_issuer(domain, verified)?;
        let mut keys = KeyHistory::default();
        keys.add(register.key, Position(0));
        keys.check_signers(verified, &[]).map_err(|refusal| refusal.by("ASP-ORG-001"))
    }

    /// The stream after its first statement; none if that is no registration.
    #[must_use]
    pub fn open(domain: &Domain, accepted: &Accepted) -> Option<Self> {
        let Body::OrgRegister(register) = &accepted.statement().body else { return None };
        let mut keys = KeyHistory::default();
        keys.add(register.key, accepted.at().index);
        Some(Self {
            domain: domain.clone(),
            name: register.name.clone(),
            keys,
            policy: None,
            consent_rules: Vec::new(),
            evidence: None,
            check: None,
            schemas: BTreeMap::new(),
            head: accepted.head(),
            registered: accepted.at(),
        })
    }

    /// Judges a further statement. Changes nothing.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn decide(&self, verified: &Verified, at: LogPoint) -> Result<(), Rejection> {
        if let (Issuer::Node(_), Body::OrgCheck(check)) =
            (&verified.statement().issuer, &verified.statement().body)
        {
            return self.decide_check(check);
        }
        check_issuer(&self.domain, verified)?;
        match &verified.statement().body {
            Body::OrgRegister(_) => Err(Code::AlreadyRegistered.at("/type")), // ASP-ORG-002
            Body::OrgKeyAdd(add) => {
                self.keys.decide_add(&add.key).map_err(|code| code.at("/body/key"))?;
                self.keys.check_signers(verified, &[&add.key])?;
                require_signatures(verified, &[&add.key]).map_err(|refusal| refusal.by("ASP-ORG-003"))
            }
            Body::OrgKeyRotate(rotate) => self.keys.decide_rotate(verified, rotate, "ASP-ORG-006"),
            Body::OrgKeyRevoke(revoke) => {
                self.keys.check_signers(verified, &[])?;
                self.keys
                    .decide_revoke(&revoke.key, revoke.from_index, at.index)
                    .map_err(|code| code.at("/body").by("ASP-ORG-004"))
            }
            Body::OrgPolicySet(_) => self.keys.check_signers(verified, &[]),
            Body::OrgVerify(verify) => {
                self.keys.check_signers(verified, &[])?;
                let current = self.keys.is_current(&verify.key);
                if current { Ok(()) } else { Err(Code::UnknownKey.at("/body/key").by("ASP-ORG-005")) }
            }
            // Whoever looks is not who is looked at.
            Body::OrgCheck(_) => Err(Code::NotAParty.at("/issuer").by("ASP-ORG-007")),
            Body::OrgSchemaRegister(register) => {
                self.keys.check_signers(verified, &[])?;
                self.decide_schema(register)
            }
            _ => Err(Code::UnknownType.at("/type")),
        }
    }

    /// The node looked for what the organisation named last, and found otherwise than it has said.
    ///
    /// That it is the node that speaks has been judged by its signature.
    fn decide_check(&self, check: &OrgCheck) -> Result<(), Rejection> {
        let refused = |code: Code, pointer: &str| Err(code.at(pointer).by("ASP-ORG-008"));
        let Some(asked) = self.evidence.as_ref().filter(|asked| self.keys.is_current(&asked.key)) else {
            return refused(Code::UnknownKey, "/body/key");
        };
        if check.key != asked.key {
            return refused(Code::UnknownKey, "/body/key");
        }
        if check.method != asked.method {
            return refused(Code::InvalidBody, "/body/method");
        }
        if check.found && check.evidence.is_none() {
            return refused(Code::InvalidBody, "/body/evidence");
        }
        let same =
            |last: &OrgCheck| (last.found, last.key, last.method) == (check.found, check.key, check.method);
        let repeats = self.check.as_ref().is_some_and(|last| same(&last.found));
        if repeats { Err(Code::NothingChanged.at("/body/found")) } else { Ok(()) } // ASP-ORG-009
    }

    /// A schema is within its budget, there is room for it, and its alias and version are new.
    fn decide_schema(&self, register: &SchemaRegister) -> Result<(), Rejection> {
        if self.schemas.len() >= limits::SCHEMAS_MAX {
            return Err(Code::TooManySchemas.at("/type"));
        }
        let taken =
            |known: &RegisteredSchema| known.alias == register.alias && known.version == register.version;
        if self.schemas.values().any(taken) {
            return Err(Code::SchemaVersionTaken.at("/body/version"));
        }
        let schema = TermsSchema::new(&register.schema).map_err(|fault| {
            let code = if fault.costly { Code::SchemaTooCostly } else { Code::InvalidSchema };
            code.at(format!("/body/schema{}", fault.pointer))
        })?;
        match self.schemas.get(&schema.hash()) {
            Some(_) => Err(Code::SchemaVersionTaken.at("/body/schema")),
            None => Ok(()),
        }
    }

    /// Total: what is passed in has been judged.
    pub fn apply(&mut self, accepted: &Accepted) {
        let index = accepted.at().index;
        match &accepted.statement().body {
            Body::OrgKeyAdd(add) => self.keys.add(add.key, index),
            Body::OrgKeyRotate(rotate) => {
                self.keys.retire(&rotate.old_key, index);
                self.keys.add(rotate.new_key, index);
            }
            Body::OrgKeyRevoke(revoke) => self.keys.revoke(&revoke.key, revoke.from_index, index),
            Body::OrgPolicySet(policy) => {
                let rules = policy.consent_rules.clone().unwrap_or_default();
                if !rules.is_empty() || !self.consent_rules.is_empty() {
                    self.consent_rules.push((index, rules));
                }
                self.policy = Some(policy.clone());
            }
            Body::OrgVerify(verify) => self.evidence = Some(verify.clone()),
            Body::OrgCheck(found) => {
                self.check = Some(DomainCheck { found: found.clone(), at: accepted.at() })
            }
            Body::OrgSchemaRegister(register) => {
                let schema = TermsSchema::trusted(&register.schema);
                let SchemaRegister { alias, description, version, .. } = register.clone();
                let registered = accepted.at();
                let hash = schema.hash();
                let known = RegisteredSchema { alias, version, description, schema, registered };
                self.schemas.insert(hash, known);
            }
            _ => {}
        }
        self.head = accepted.head();
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// What people call it.
    #[must_use]
    pub const fn name(&self) -> &DisplayName {
        &self.name
    }

    /// Its keys.
    #[must_use]
    pub const fn keys(&self) -> &KeyHistory {
        &self.keys
    }

    /// Its policy, once set.
    #[must_use]
    pub const fn policy(&self) -> Option<&PolicySet> {
        self.policy.as_ref()
    }

    /// The rules by which it grants what is asked of it at a place of the log, with the place of the policy.
    ///
    /// It knows those of all its policies, so that a consent is judged alike whenever its stream is read.
    #[must_use]
    pub fn consent_rules_at(&self, index: Position) -> Option<(Position, &[ConsentRule])> {
        let (policy, rules) = self.consent_rules.iter().rev().find(|(set, _)| *set < index)?;
        Some((*policy, rules))
    }

    /// The most that one of its agents may owe under one package, if the policy says.
    #[must_use]
    pub fn ceiling(&self) -> Option<&Money> {
        self.policy.as_ref().and_then(|policy| policy.ceiling.as_ref())
    }

    /// How closed sessions of its agents have to be at least, if the policy says.
    #[must_use]
    pub fn mode(&self) -> Option<Mode> {
        self.policy.as_ref().and_then(|policy| policy.mode)
    }

    /// How to reach the people who answer for it.
    #[must_use]
    pub fn contacts(&self) -> &[Name] {
        self.policy.as_ref().map_or(&[], |policy| &policy.human_contacts)
    }

    /// The terms schemas that it registered, by the hash of their content.
    #[must_use]
    pub const fn schemas(&self) -> &BTreeMap<Hash, RegisteredSchema> {
        &self.schemas
    }

    /// Where it says that evidence of its domain lies.
    #[must_use]
    pub const fn evidence(&self) -> Option<&OrgVerify> {
        self.evidence.as_ref()
    }

    /// What the node found there, as it said last.
    #[must_use]
    pub const fn check(&self) -> Option<&DomainCheck> {
        self.check.as_ref()
    }

    /// Whether the node's last word is that it found a key under the domain which can still sign.
    #[must_use]
    pub fn proved(&self) -> bool {
        self.check.as_ref().is_some_and(|check| check.found.found && self.keys.is_current(&check.found.key))
    }

    /// The last statement.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// When it registered.
    #[must_use]
    pub const fn registered(&self) -> LogPoint {
        self.registered
    }
}

fn check_issuer(domain: &Domain, verified: &Verified) -> Result<(), Rejection> {
    if verified.statement().issuer == Issuer::Organisation(domain.clone()) {
        Ok(())
    } else {
        Err(Code::NotAParty.at("/issuer"))
    }
}

//! temporary
use crate::amount::Money;use crate::name::{AgentUri,Capability};use crate::position::{Hash,LogTime,Position};
/// x
#[derive(Debug,Clone,PartialEq,Eq)] pub struct Evidence{pub index:Position,pub at:LogTime,pub debtor:AgentUri,pub creditor:AgentUri,pub value:Money,pub capability:Option<Capability>,pub outcome:Outcome,pub statement:Hash}
/// x
#[derive(Debug,Clone,Copy,PartialEq,Eq)] pub enum Outcome{Fulfilled,Breached}

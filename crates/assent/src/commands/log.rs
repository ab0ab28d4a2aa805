//! `assent log`: the checkpoint of a node, the export of a log, the audit of all of it.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::Path;
use std::time::Instant;

use asp_store::audit::{self, AuditError, Report};
use serde::Serialize;

use crate::cli::{Audit, Export};
use crate::context::Context;
use crate::failure::{Failure, Outcome};
use crate::home::standard_data;
use crate::page::{Page, Paint, Text};
use crate::printer::Progress;
use crate::terms::grouped;

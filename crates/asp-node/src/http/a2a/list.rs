//! Tasks of a client, page by page: its sessions, each read to tell how it stands.

use std::sync::Arc;

use asp_core::limits;
use asp_core::name::AgentUri;
use asp_core::position::{LogTime, Position};
use asp_core::rejection::Code;
use asp_store::{Reader, SessionQuery};
use serde_json::{Value, json};

use super::asked::{length, typed};
use crate::a2a::course::Course;
use crate::a2a::talk::{self, Caller};
use crate::a2a::wire::{A2aError, List, TaskPage, TaskState};
use crate::http::App;
use crate::http::problem::Denial;

/// Tasks of the client with this agent, those that moved last first.
pub(super) async fn list_tasks(
    app: &Arc<App>,
    caller: &Caller,
    agent: &AgentUri,
    list: List,
) -> Result<Value, A2aError> {
    let history = length(list.history_length)?;
    let size = match list.page_size {
        None => asp_client::api::PAGE_SIZE_DEFAULT,
        Some(size) => usize::try_from(size)
            .ok()
            .filter(|size| (1..=limits::A2A_PAGE_MAX).contains(size))
            .ok_or_else(|| A2aError::params("pageSize is not 1 to 100"))?,
    };
    let status = match list.status.as_str() {
        "" => None,
        // The first of an enumeration is as good as none.
        status => Some(typed::<TaskState>(json!(status))?).filter(|state| *state != TaskState::Unspecified),
    };
    let since = match list.status_timestamp_after.as_str() {
        "" => None,
        text => Some(instant(text).ok_or_else(|| A2aError::params("statusTimestampAfter is no instant"))?),
    };
    let asked = TasksAsked {
        status,
        since,
        context: list.context_id,
        size,
        from: Place::read(&list.page_token)?,
        shown: (history, list.include_artifacts),
    };
    let (of_thread, caller, agent) = (Arc::clone(app), caller.clone(), agent.clone());
    let read = move |reader: &Reader<'_>| page(&of_thread, reader, (&caller, &agent), &asked);
    Ok(json!(app.reads.run(read).await?))
}

/// Which tasks are listed, and what of them is shown.
struct TasksAsked {
    status: Option<TaskState>,
    since: Option<LogTime>,
    context: String,
    size: usize,
    from: Place,
    shown: (Option<usize>, bool),
}

impl TasksAsked {
    fn fits(&self, course: &Course) -> bool {
        self.status.is_none_or(|status| course.state() == status)
            && self.since.is_none_or(|since| course.at() >= since)
            && (self.context.is_empty() || course.context() == self.context)
    }
}

/// Where a page ended: the session before which the next one begins, and how many tasks were listed up to there.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    before: Option<Position>,
    listed: usize,
}

impl Place {
    fn read(token: &str) -> Result<Self, A2aError> {
        if token.is_empty() {
            return Ok(Self::default());
        }
        let read = || {
            let (before, listed) = token.split_once('-')?;
            Some(Self { before: Some(Position(before.parse().ok()?)), listed: listed.parse().ok()? })
        };
        read().ok_or_else(|| A2aError::params("pageToken is none of ours"))
    }
}

/// A page of tasks: as many as are asked for, or as can be looked at for one request.
fn page(
    app: &App,
    reader: &Reader<'_>,
    (caller, agent): (&Caller, &AgentUri),
    asked: &TasksAsked,
) -> Result<TaskPage, Denial> {
    let limit = limits::A2A_TASKS_LOOKED_AT_MAX;
    let query = SessionQuery { moved_since: 0, limit, before: asked.from.before };
    let rows = reader.sessions(&caller.tenant(), query)?;
    let (mut tasks, mut fitting, mut looked_at) = (Vec::new(), 0_usize, rows.len() >= limit);
    let (mut statements, mut bytes) = (0, 0);
    let (mut last, mut shown) = (None, None);
    let (history, artifacts) = asked.shown;
    for row in rows.into_iter().filter(|row| row.initiator == caller.agent) {
        if statements >= limits::A2A_LIST_STATEMENTS_MAX as u64 || bytes >= limits::A2A_LIST_BYTES_MAX {
            looked_at = true;
            break;
        }
        last = Some(row.position);
        let course = match talk::read_task(app, reader, (&caller.agent, Some(agent)), &row.id) {
            Ok(course) => course,
            Err(Denial::Rejected(it)) if it.code == Code::NotFound => continue,
            Err(denial) => return Err(denial),
        };
        statements += course.last().0 + 1;
        bytes += course.bytes();
        if !asked.fits(&course) {
            continue;
        }
        fitting += 1;
        if tasks.len() < asked.size {
            shown = last;
            tasks.push(course.task(history, artifacts));
        }
    }
    let listed = asked.from.listed.saturating_add(tasks.len());
    let next = if fitting > tasks.len() { shown } else { last.filter(|_| looked_at) };
    Ok(TaskPage {
        tasks,
        next_page_token: next.map(|position| format!("{position}-{listed}")).unwrap_or_default(),
        page_size: asked.size,
        total_size: asked.from.listed.saturating_add(fitting),
    })
}

/// An instant as A2A writes it, with any number of digits behind the second.
fn instant(text: &str) -> Option<LogTime> {
    let (second, fraction) = text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit()) && fraction.len() <= 9;
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    digits.then(|| format!("{second}.{millis}Z").parse().ok()).flatten()
}

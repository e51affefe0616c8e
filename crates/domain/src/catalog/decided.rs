//! From gaps to a verdict.

use super::verdict::{Missing, Subject, Verdict};
use crate::{coverage::Gap, licence::Licence};

/// How many regions of a gap a cause names; the gap itself has them all.
const REGIONS_NAMED: usize = 3;

/// The verdict of goals that must all be closed.
pub(super) fn of_gaps(gaps: &[Gap]) -> Verdict {
    let open: Vec<&Gap> = gaps.iter().filter(|gap| is_open(gap)).collect();
    if let Some(worst) = open.iter().copied().max_by(|a, b| a.share.total_cmp(&b.share)) {
        return Verdict::NotMet { cause: cause(worst), policies: Vec::new(), share: Some(worst.share) };
    }
    if let Some(why) = gaps.iter().find_map(|gap| gap.not_decided.as_ref()) {
        return Verdict::NotAssessable { why: format!("Not decided: {why}"), missing: Missing::Decision };
    }
    let (closed, only_emergency): (Vec<&Gap>, Vec<&Gap>) = gaps.iter().partition(|gap| gap.is_closed());
    let mut how = if only_emergency.is_empty() {
        "The enforced policies cover all of it.".to_owned()
    } else {
        "The enforced policies cover all of it but emergency access, which is left out on purpose.".to_owned()
    };
    // Conditions of a gap say when it is open, which is no matter where only emergency access is.
    let mut conditions: Vec<&str> =
        closed.iter().flat_map(|gap| &gap.conditions).map(String::as_str).collect();
    conditions.sort_unstable();
    conditions.dedup();
    for condition in conditions {
        how.push(' ');
        how.push_str(condition);
    }
    Verdict::met(how)
}

/// Whether somebody but emergency access slips through, for certain.
fn is_open(gap: &Gap) -> bool {
    let nothing = gap.regions.is_empty() && gap.witness.is_none();
    !nothing && !gap.exposure.only_emergency
}

fn cause(gap: &Gap) -> String {
    let mut cause = match gap.regions.as_slice() {
        [] => "Not all of it is covered".to_owned(),
        regions => {
            let named: Vec<&str> =
                regions.iter().take(REGIONS_NAMED).map(|region| region.text.as_str()).collect();
            let more = regions.len() - named.len();
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("Open: {}{more}", named.join("; "))
        }
    };
    cause.push('.');
    if let Some(witness) = &gap.witness {
        cause.push(' ');
        cause.push_str(&witness.sentence);
    }
    for condition in &gap.conditions {
        cause.push(' ');
        cause.push_str(condition);
    }
    cause
}

/// The best of several ways: met, else the first that failed for certain, which is the one that the check is named for.
pub(super) fn best(verdicts: Vec<Verdict>) -> Verdict {
    let met = verdicts.iter().position(Verdict::is_met);
    let undecided = verdicts.iter().position(|one| matches!(one, Verdict::NotAssessable { .. }));
    let chosen = met.or(undecided).unwrap_or(0);
    verdicts.into_iter().nth(chosen).unwrap_or_else(|| Verdict::unknown("this check has no goal"))
}

/// Says so where the licences could not be read and the tenant is taken as licensed. Of P1 that is said only where
/// something is open: an enforced policy works without it.
pub(super) fn with_licence_note(
    verdict: Verdict,
    licence: Option<Licence>,
    subject: &Subject<'_>,
) -> Verdict {
    let (Some(licence), None) = (licence, &subject.facts.licences) else { return verdict };
    let note = format!("Licences are not known; {} is taken as given.", licence.name());
    match verdict {
        Verdict::Met { how } if licence != Licence::EntraIdP1 => {
            Verdict::Met { how: format!("{how} {note}") }
        }
        Verdict::NotMet { cause, policies, share } => {
            Verdict::NotMet { cause: format!("{cause} {note}"), policies, share }
        }
        other => other,
    }
}

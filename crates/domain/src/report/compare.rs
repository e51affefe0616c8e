//! The comparison of two sets of policies, and the reference checks beside it.

use super::{
    BaselineSource, Finding, FindingKind, FindingSource, PairView, PolicyRef, Report, Summary,
    acceptance::fingerprint,
    checks::held,
    differences::{Changed, changed, extra},
    gaps::{Open, gap},
    goals::{Goal, goals, merged_names, ships_unenforced},
    near::Neighbours,
};
use crate::{
    binding::Bindings,
    coverage::Engine,
    diff::{FieldDiff, compare_bound, requirement::Requirement, unresolved_names},
    emergency::EmergencyAccess,
    facts::Facts,
    licence::unlicensed,
    names::NameKind,
    normal::{Field, Item, NormalPolicy, NormalValue},
    pairing::{Pair, pair_bound},
    policy_set::{PolicySet, SetPolicy},
};
use std::{cmp::Ordering, collections::BTreeSet};

/// What is compared.
#[derive(Debug, Clone)]
pub struct ComparisonInput<'a> {
    /// The policies as they are.
    pub live: &'a PolicySet,
    /// What is known of the tenant beside them.
    pub facts: &'a Facts,
    /// What they are compared with.
    pub baseline: &'a PolicySet,
    /// Where the baseline comes from.
    pub baseline_source: BaselineSource,
    /// What the baseline's references mean here; [`Bindings::same_tenant`] for the imported snapshot.
    pub bindings: &'a Bindings,
    /// Whether the live policies are held against the reference catalog as well.
    pub with_checks: bool,
}

/// Holds the live policies against the reference catalog alone.
pub fn check(live: &PolicySet, facts: &Facts) -> Report {
    let input = ComparisonInput {
        live,
        facts,
        baseline: &PolicySet::default(),
        baseline_source: BaselineSource::ReferenceCatalog,
        bindings: &Bindings::same_tenant(),
        with_checks: true,
    };
    compare(&input)
}

/// Compares the live policies with a baseline, and holds them against the reference catalog where that is asked for.
pub fn compare(input: &ComparisonInput<'_>) -> Report {
    let compares = input.baseline_source != BaselineSource::ReferenceCatalog;
    let ComparisonInput { live, facts, baseline, bindings, .. } = input;
    let emergency = EmergencyAccess::recognise(live, facts);
    let emergency_ids: BTreeSet<_> = emergency.object_ids();
    let bound = bindings.apply_all(baseline, &live.names);
    let asked = goals(baseline, &bound, &input.baseline_source, bindings);
    let names = merged_names(&live.names, baseline, bindings);
    // What legacy clients can't do blocks them as well, so such a goal is asked a second time, more widely.
    let wider: Vec<Option<NormalPolicy>> =
        asked.iter().map(|goal| goal.as_ref().and_then(|goal| blocked_anyhow(&goal.policy))).collect();
    let mut all: Vec<&NormalPolicy> = Vec::new();
    let places: Vec<(Option<usize>, Option<usize>)> = asked
        .iter()
        .zip(&wider)
        .map(|(goal, wider)| {
            (push(&mut all, goal.as_ref().map(|goal| &goal.policy)), push(&mut all, wider.as_ref()))
        })
        .collect();
    let mut engine =
        Engine::new(live.policies.iter().map(|policy| &policy.normal), &all, &names, facts, &emergency_ids);
    let near = Neighbours::new(live);
    let mut findings: Vec<Finding> = Vec::new();
    let mut pairs: Vec<PairView> = Vec::new();
    if compares {
        let found = pair_bound(&bound, live);
        let mut paired = vec![false; live.policies.len()];
        for pair in &found {
            if let Some(at) = pair.live {
                paired[at] = true;
            }
            let goal = asked[pair.baseline].as_ref();
            let bound = &bound[pair.baseline];
            let row = Row { input, pair, bound, goal, places: places[pair.baseline] };
            let (finding, view) = row.compare(&mut engine, &near);
            findings.extend(finding);
            pairs.push(view);
        }
        for (policy, paired) in live.policies.iter().zip(&paired) {
            if !paired {
                findings.push(extra(policy, live, &input.baseline_source));
            }
        }
    }
    let (views, of_checks) =
        if input.with_checks { held(live, facts, &emergency, &near) } else { Default::default() };
    let asking = asked.iter().flatten().count();
    let notice = compares.then(|| notice(input, asking, &findings)).flatten();
    findings.extend(of_checks);
    for finding in &mut findings {
        finding.fingerprint = fingerprint(finding);
    }
    findings.sort_by(order);
    Report {
        compared_with: input.baseline_source.clone(),
        summary: Summary::of(&findings),
        notice,
        findings,
        pairs,
        checks: views,
    }
}

fn push<'p>(all: &mut Vec<&'p NormalPolicy>, policy: Option<&'p NormalPolicy>) -> Option<usize> {
    policy.map(|policy| {
        all.push(policy);
        all.len() - 1
    })
}

/// A policy of the baseline with what was found beside it.
struct Row<'r> {
    input: &'r ComparisonInput<'r>,
    pair: &'r Pair,
    /// The policy of the baseline in terms of the live tenant.
    bound: &'r NormalPolicy,
    goal: Option<&'r Goal>,
    /// The goal's place in the engine, and that of the wider one.
    places: (Option<usize>, Option<usize>),
}

impl Row<'_> {
    fn compare(&self, engine: &mut Engine<'_>, near: &Neighbours<'_>) -> (Option<Finding>, PairView) {
        let ComparisonInput { live, facts, baseline, bindings, baseline_source, .. } = self.input;
        let ours = &baseline.policies[self.pair.baseline];
        let counterpart = self.pair.live.map(|at| &live.policies[at]);
        let diff: Vec<FieldDiff> = counterpart
            .map(|theirs| compare_bound(self.bound, &theirs.normal, bindings, &baseline.names, &live.names))
            .unwrap_or_default();
        let view = PairView {
            baseline_policy: policy_ref(ours),
            live_policy: counterpart.map(policy_ref),
            similarity: counterpart.map_or(0, |_| u8::try_from(self.pair.similarity / 10).unwrap_or(100)),
            diff: diff.clone(),
        };
        // Rolled out exactly as the baseline ships it: nothing of it is enforced there either.
        let as_shipped = !ours.normal.enforced && {
            counterpart.is_some_and(|_| diff.is_empty())
                || live.policies.iter().any(|theirs| theirs.normal.means_same(self.bound))
        };
        if let (Some(goal), Some(place)) = (self.goal, self.places.0)
            && engine.asks(place)
            && !as_shipped
            && !counterpart.is_some_and(|theirs| other_terms(&ours.normal, &theirs.normal, bindings, &diff))
        {
            let open = engine.gap(place);
            if !open.is_closed() {
                let misses = open
                    .witness
                    .as_ref()
                    .map(|witness| near.of(engine, place, &goal.policy, &witness.sign_in, self.pair.live))
                    .unwrap_or_default();
                let closed_anyhow = self.places.1.is_some_and(|wider| engine.gap(wider).is_closed());
                let needs = facts
                    .licences
                    .as_ref()
                    .map(|licences| unlicensed(&ours.normal, licences))
                    .unwrap_or_default();
                let finding = gap(Open {
                    baseline: ours,
                    names: &baseline.names,
                    goal,
                    gap: &open,
                    near: misses,
                    counterpart,
                    diff: &diff,
                    needs: &needs,
                    compensated: closed_anyhow.then(|| {
                        "legacy clients can't do what other enforced policies ask of them, so they are blocked all the same"
                            .to_owned()
                    }),
                    source: baseline_source,
                });
                return (Some(finding), view);
            }
        }
        let difference = counterpart.filter(|_| !diff.is_empty()).and_then(|theirs| {
            changed(&Changed { baseline: ours, live: theirs, diff: &diff }, baseline_source)
        });
        (difference, view)
    }
}

/// Whether two policies are the same but for the terms of use they ask to consent to, where nothing tells what the
/// baseline's terms are called here: whether they are these can't be said, and so not that they are missing.
fn other_terms(ours: &NormalPolicy, theirs: &NormalPolicy, bindings: &Bindings, diff: &[FieldDiff]) -> bool {
    let split = |policy: &NormalPolicy| {
        let (mut terms, mut rest) = (Vec::new(), BTreeSet::new());
        for item in policy.set(&Field::GrantControls) {
            match item {
                Item::Object(object) if object.kind == NameKind::TermsOfUse => terms.push(object.clone()),
                other => drop(rest.insert(other.clone())),
            }
        }
        (terms, rest)
    };
    let controls = Field::GrantControls.path();
    if diff.is_empty() || diff.iter().any(|field| field.field != controls || field.unresolved.is_empty()) {
        return false;
    }
    let ((ours, our_rest), (theirs, their_rest)) = (split(ours), split(theirs));
    let unknown = ours.iter().all(|terms| bindings.unresolved(terms).is_some());
    !ours.is_empty() && unknown && ours.len() == theirs.len() && our_rest == their_rest
}

/// For a goal that blocks legacy clients and nothing else: the same, met by whatever legacy clients can't do either.
/// Legacy authentication knows no second factor and no device claims (Microsoft's page on blocking it).
fn blocked_anyhow(goal: &NormalPolicy) -> Option<NormalPolicy> {
    let clients = goal.set(&Field::ClientAppTypes);
    let legacy = !clients.is_empty()
        && clients
            .iter()
            .all(|one| one.is("exchangeActiveSync") || one.is("other") || one.is("easSupported"));
    if !legacy || !Requirement::of(goal).is_some_and(|requirement| requirement.is_block()) {
        return None;
    }
    let mut wider = goal.clone();
    let mfa = crate::normal::Reference::new(
        NameKind::AuthenticationStrength,
        crate::wellknown::MFA_STRENGTH_ID,
        &crate::names::Names::new(),
    );
    let controls = ["block", "compliantDevice", "domainJoinedDevice"].map(Item::word);
    let controls = controls.into_iter().chain([Item::Object(mfa)]).collect();
    wider.fields.insert(Field::GrantControls, NormalValue::Set(controls));
    wider.fields.insert(Field::GrantOperator, NormalValue::Word("OR".to_owned()));
    Some(wider)
}

/// Severity, then the share that is lost, then kind, name and id: total, and the same in every run.
fn order(a: &Finding, b: &Finding) -> Ordering {
    let share = |finding: &Finding| finding.share.unwrap_or_default();
    let name = |finding: &Finding| {
        let policy = finding.baseline_policy.as_ref().or_else(|| finding.live_policies.first());
        policy.map(|policy| policy.display_name.to_lowercase()).unwrap_or_default()
    };
    a.severity
        .cmp(&b.severity)
        .then_with(|| share(b).total_cmp(&share(a)))
        .then_with(|| a.kind.cmp(&b.kind))
        .then_with(|| name(a).cmp(&name(b)))
        .then_with(|| a.id.cmp(&b.id))
}

impl PolicyRef {
    /// A policy of a set.
    pub fn of(policy: &SetPolicy) -> Self {
        Self {
            id: policy.normal.id.clone(),
            display_name: policy.normal.display_name.clone(),
            state: state_word(&policy.normal),
        }
    }
}

pub(crate) fn policy_ref(policy: &SetPolicy) -> PolicyRef {
    PolicyRef::of(policy)
}

fn state_word(policy: &NormalPolicy) -> String {
    match policy.fields.get(&Field::State) {
        Some(NormalValue::Word(word)) => word.clone(),
        _ => String::new(),
    }
}

fn notice(input: &ComparisonInput<'_>, asking: usize, findings: &[Finding]) -> Option<String> {
    let (source, bindings) = (input.baseline_source.describe(), input.bindings);
    let (all, enforced) = (input.baseline.policies.len(), input.baseline.enforced());
    let mut said: Vec<String> = Vec::new();
    if all == 0 {
        said.push(format!("There are no policies in {source}, so there is nothing to compare with."));
    } else if asking == 0 {
        said.push(format!(
            "None of the {all} policies in {source} is on. Report-only and disabled policies ask for nothing, so \
             nothing can be missing."
        ));
    } else if ships_unenforced(input.baseline, &input.baseline_source) {
        said.push(format!(
            "Of the {all} policies in {source}, {enforced} are on. A published baseline ships in report-only or off as \
             a precaution, so {asking} of them are taken as what should be enforced. Those that are here exactly as \
             they ship are not listed as gaps, though they protect nobody yet."
        ));
    } else if asking < all {
        said.push(format!(
            "{} of the {all} policies in {source} are report-only or off; they ask for nothing.",
            all - asking
        ));
    }
    let mut unresolved: Vec<String> = input
        .baseline
        .policies
        .iter()
        .flat_map(|policy| unresolved_names(&policy.normal, bindings, &input.baseline.names))
        .collect();
    unresolved.sort();
    unresolved.dedup();
    if !unresolved.is_empty() {
        let shown = unresolved.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        let more =
            if unresolved.len() > 5 { format!(" and {} more", unresolved.len() - 5) } else { String::new() };
        said.push(format!(
            "What these references of {source} mean in this tenant can't be told: {shown}{more}. Fields that name \
             them are shown as different."
        ));
    }
    let assumptions = bindings.assumptions();
    if !assumptions.is_empty() {
        said.push(format!("Taken for granted, and to be confirmed: {}", assumptions.join(" ")));
    }
    let gaps =
        findings.iter().any(|finding| !matches!(finding.kind, FindingKind::Changed | FindingKind::Extra));
    if asking > 0 && !gaps {
        said.push(match input.baseline_source {
            BaselineSource::ImportedSnapshot => {
                "The live policies do all that the imported snapshot does: there is no gap.".to_owned()
            }
            _ => format!("The live policies do all that {source} asks for."),
        });
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// A finding's id: against what it was found and which policies it is about.
pub(super) fn finding_id(
    source: &FindingSource,
    baseline: Option<&SetPolicy>,
    live: Option<&SetPolicy>,
) -> String {
    let key =
        |policy: Option<&SetPolicy>| policy.map(|policy| policy.key.as_str()).unwrap_or_default().to_owned();
    let text = format!("{source:?}\n{}\n{}", key(baseline), key(live));
    hex::encode(&crate::canonical::digest(text.as_bytes())[..12])
}

//! CPU time and memory of processes, from `/proc`.

use std::fs;

/// CPU seconds of a process and its children, those that have ended included.
pub(crate) fn cpu_seconds(pid: u32) -> f64 {
    let ticks_per_second = rustix::param::clock_ticks_per_second() as f64;
    let mut ticks = times(pid).iter().sum::<u64>();
    for child in children(pid) {
        ticks += times(child).iter().take(2).sum::<u64>();
    }
    ticks as f64 / ticks_per_second
}

/// CPU seconds of this process alone, in which the load generator is.
pub(crate) fn own_cpu_seconds() -> f64 {
    let ticks = times(std::process::id()).iter().take(2).sum::<u64>();
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// Resident memory in MiB.
pub(crate) fn resident_mib(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib =
        line.and_then(|rest| rest.split_whitespace().next()).and_then(|number| number.parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

/// user, system, user of ended children, system of ended children: in ticks.
fn times(pid: u32) -> [u64; 4] {
    // The fields after the name, which may hold blanks; the state is the first of them.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    [11, 12, 13, 14].map(|index| fields.get(index).and_then(|field| field.parse().ok()).unwrap_or_default())
}

fn children(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|child| child.parse().ok()).collect()
}

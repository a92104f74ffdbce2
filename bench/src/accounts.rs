//! What processes cost, from the accounts of the operating system: `/proc`, so on Linux only.

use std::fs;

use taskhive_bench::Failure;

/// Ticks of `/proc/PID/stat` a second: the same on every Linux that a program can ask without C.
const TICKS: f64 = 100.0;

/// The fields of `/proc/PID/stat` from the third one on. The second is a name in brackets that may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    Some(fields.split(' ').map(str::to_owned).collect())
}

/// A field by the number that proc(5) gives it.
fn field(fields: &[String], number: usize) -> Option<f64> {
    fields.get(number - 3)?.parse().ok()
}

/// CPU seconds of a process so far: utime and stime.
pub(crate) fn cpu(pid: u32) -> Result<f64, Failure> {
    let fields = stat(pid).ok_or("a server is gone")?;
    let ticks = field(&fields, 14).zip(field(&fields, 15));
    let (user, system) = ticks.ok_or("/proc is not as expected")?;
    Ok((user + system) / TICKS)
}

/// CPU seconds of PostgreSQL so far: the postmaster, its children, and those of its children that have ended.
pub(crate) fn database_cpu(postmaster: u32) -> Result<f64, Failure> {
    let own = stat(postmaster).ok_or("the database server is gone")?;
    let mut ticks: f64 = (14..=17).filter_map(|number| field(&own, number)).sum();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(fields) = name
            .to_str()
            .and_then(|name| name.parse().ok())
            .and_then(stat)
        else {
            continue;
        };
        if field(&fields, 4) == Some(f64::from(postmaster)) {
            ticks += (14..=15)
                .filter_map(|number| field(&fields, number))
                .sum::<f64>();
        }
    }
    Ok(ticks / TICKS)
}

/// The process that started this one.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    stat(pid)?.get(1)?.parse().ok()
}

/// MiB of memory: what is in it now, and the most that ever was.
pub(crate) fn memory(pid: u32) -> Result<(f64, f64), Failure> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix(" kB")?.parse::<f64>().ok()
    };
    let (now, most) = line("VmRSS:")
        .zip(line("VmHWM:"))
        .ok_or("/proc is not as expected")?;
    Ok((now / 1024.0, most / 1024.0))
}

/// Seconds that all cores together have been busy so far, with whatever.
pub(crate) fn busy() -> Result<f64, Failure> {
    let text = fs::read_to_string("/proc/stat")?;
    let fields: Vec<f64> = text
        .lines()
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .skip(1)
        .filter_map(|field| field.parse().ok())
        .collect();
    // user, nice, system; then idle and iowait; then irq, softirq, steal. What follows is part of user and nice.
    let of =
        |range: std::ops::Range<usize>| fields.get(range).unwrap_or_default().iter().sum::<f64>();
    Ok((of(0..3) + of(5..8)) / TICKS)
}

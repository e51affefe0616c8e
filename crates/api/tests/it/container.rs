//! What the container files promise: nothing of ours runs as root, writes to its image, or can gain a right.

/// The lines of a block, from its head to the next line that is indented no further.
fn block<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip_while(|line| line.trim_end() != head);
    let first = lines.next().unwrap_or_else(|| panic!("there is no {head}"));
    lines.take_while(|line| line.trim().is_empty() || indent(line) > indent(first)).map(str::trim).collect()
}

fn has(lines: &[&str], wanted: &[&str], what: &str) {
    let found = lines.windows(wanted.len()).any(|lines| lines == wanted);
    assert!(found, "{what}: {wanted:?} is missing in {lines:#?}");
}

#[test]
fn the_services_are_confined() {
    let compose = include_str!("../../../../docker-compose.yml");
    let confined = block(compose, "x-confined: &confined");
    for wanted in [
        ["read_only: true"].as_slice(),
        &["cap_drop:", "- ALL"],
        &["security_opt:", "- no-new-privileges:true"],
        &["tmpfs:", "- /tmp"],
    ] {
        has(&confined, wanted, "x-confined");
    }
    has(&block(compose, "x-policytab: &policytab"), &["<<: *confined"], "x-policytab");
    let services = block(compose, "services:").join("\n");
    for (service, base) in
        [("server", "<<: *policytab"), ("worker", "<<: *policytab"), ("emulator", "<<: *confined")]
    {
        let lines = block(compose, &format!("  {service}:"));
        has(&lines, &[base], service);
        for opened in
            ["privileged:", "cap_add:", "read_only:", "security_opt:", "network_mode:", "pid:", "user:"]
        {
            assert!(!lines.iter().any(|line| line.starts_with(opened)), "{service} has {opened}");
        }
    }
    let postgres = block(compose, "  postgres:");
    has(&postgres, &["cap_drop:", "- ALL"], "postgres");
    has(&postgres, &["security_opt:", "- no-new-privileges:true"], "postgres");
    // Nobody else's service, no socket of Docker, and no port for everybody.
    assert_eq!(
        compose.lines().filter(|l| l.starts_with("  ") && !l.starts_with("   ") && l.ends_with(':')).count(),
        // Four services, two volumes, and the lists of the anchors.
        4 + 2 + 4,
        "a service was added: confine it and name it here"
    );
    assert!(!services.contains("docker.sock") && !services.contains("privileged"));
    has(&block(compose, "  server:"), &["ports:", "- 127.0.0.1:8080:8080"], "server");
}

#[test]
fn the_image_is_not_root() {
    let file = include_str!("../../../../Dockerfile");
    let last = file.rsplit("\nFROM ").next().expect("a stage");
    let users: Vec<_> = last.lines().filter(|line| line.starts_with("USER ")).collect();
    assert_eq!(users, ["USER 10001"], "a number that is not root's, set once");
    assert!(last.contains("useradd --system --uid 10001"));
    let after = last.split("USER 10001").nth(1).expect("what follows");
    assert!(!after.contains("\nRUN ") && !after.contains("\nCOPY ") && !after.contains("\nADD "));
    assert!(last.contains("VOLUME /var/lib/policytab/keys"), "the one place that is written to");
    assert!(!last.contains("chmod u+s") && !last.contains("sudo"));
    for line in file.lines().filter(|line| line.starts_with("FROM ")) {
        assert!(line.contains(':') && !line.contains(":latest"), "{line} names no version");
    }
}

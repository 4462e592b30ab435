//! What is read of surroundings made up.

use super::{Around, Resource};
use std::collections::BTreeMap;
use tempfile::TempDir;

/// A root folder with these files, and these variables.
fn read(resource: Resource, files: &[(&str, &str)], variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    let root = TempDir::new().expect("there is a folder for temporary files");
    for (name, text) in files {
        let path = root.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    let set = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    resource.read(&Around::new(root.path(), set)).into_iter().collect()
}

fn told(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

const ID: &str = "3f4a9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2e3f4a";
const OTHER: &str = "aaaa9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2e3f4a9b0c1d2eaaaa";

#[test]
fn a_pod_is_known_by_its_variables() {
    let variables = [
        ("POD_NAMESPACE", "shop"),
        ("K8S_POD_NAME", "payments-7d9f"),
        ("POD_UID", "6c1b"),
        ("NODE_NAME", "node-3"),
        ("CONTAINER_NAME", " payments "),
    ];
    let expected = told(&[
        ("k8s.namespace.name", "shop"),
        ("k8s.pod.name", "payments-7d9f"),
        ("k8s.pod.uid", "6c1b"),
        ("k8s.node.name", "node-3"),
        ("k8s.container.name", "payments"),
    ]);
    assert_eq!(read(Resource::Kubernetes, &[], &variables), expected);
}

#[test]
fn a_pod_is_known_by_the_files_of_the_downward_api() {
    let group = format!("0::/kubepods.slice/kubepods-pod6c1b.slice/cri-containerd-{ID}.scope\n");
    let files = [
        ("etc/podinfo/namespace", "shop"),
        ("etc/podinfo/name", "payments-7d9f\n"),
        ("etc/podinfo/labels", "app=\"payments\"\nnote=\"says \\\"hi\\\"\"\nno pair\nempty=\"\"\n"),
        ("proc/self/cgroup", group.as_str()),
    ];
    let expected = told(&[
        ("k8s.namespace.name", "shop"),
        ("k8s.pod.name", "payments-7d9f"),
        ("k8s.pod.label.app", "payments"),
        ("k8s.pod.label.note", "says \"hi\""),
        ("container.id", ID),
    ]);
    assert_eq!(read(Resource::Kubernetes, &files, &[("POD_NAME", "")]), expected);
}

#[test]
fn a_pod_that_was_told_nothing_is_known_by_its_host_and_its_account() {
    let files = [("var/run/secrets/kubernetes.io/serviceaccount/namespace", "shop")];
    let inside = [("KUBERNETES_SERVICE_HOST", "10.0.0.1"), ("HOSTNAME", "payments-7d9f")];
    let expected = told(&[("k8s.namespace.name", "shop"), ("k8s.pod.name", "payments-7d9f")]);
    assert_eq!(read(Resource::Kubernetes, &files, &inside), expected);
    let outside = read(Resource::Kubernetes, &[("proc/self/cgroup", ID)], &[("HOSTNAME", "laptop")]);
    assert!(outside.is_empty(), "outside a cluster nothing is told: {outside:?}");
}

#[test]
fn no_more_than_32_labels_are_told() {
    let labels: String = (0..100).map(|number| format!("label{number}=\"x\"\n")).collect();
    assert_eq!(read(Resource::Kubernetes, &[("etc/podinfo/labels", &labels)], &[]).len(), 32);
}

#[test]
fn a_file_is_read_no_further_than_64_kib() {
    let long = "x".repeat(200_000);
    let found = read(Resource::Kubernetes, &[("etc/podinfo/name", &long)], &[]);
    assert_eq!(found["k8s.pod.name"].len(), 64 * 1024);
}

#[test]
fn a_service_of_systemd_is_known_by_its_control_group_and_variables() {
    let variables = [("INVOCATION_ID", "a1b2"), ("JOURNAL_STREAM", "8:12345")];
    let found = read(Resource::Systemd, &[("proc/self/cgroup", "0::/system.slice/payments.service\n")], &variables);
    let expected = told(&[
        ("systemd.unit", "payments.service"),
        ("systemd.invocation_id", "a1b2"),
        ("systemd.journal_stream", "8:12345"),
    ]);
    assert_eq!(found, expected);
    let unit = |groups: &str| read(Resource::Systemd, &[("proc/self/cgroup", groups)], &[]).remove("systemd.unit");
    let user = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/shop.service/worker";
    assert_eq!(unit(user).as_deref(), Some("shop.service"));
    let first = "5:cpu:/x.service\n1:name=systemd:/system.slice/shop.service\n";
    assert_eq!(unit(first).as_deref(), Some("shop.service"));
    assert_eq!((unit("0::/\n"), unit("")), (None, None));
}

#[test]
fn a_container_is_known_by_its_control_group_or_its_mounts() {
    let id = |files: &[(&str, &str)]| read(Resource::Container, files, &[]).remove("container.id");
    let docker = format!("12:pids:/docker/{ID}\n11:cpu:/docker/{ID}\n");
    assert_eq!(id(&[("proc/self/cgroup", &docker)]).as_deref(), Some(ID));
    let mounts = format!(
        "700 600 0:1 / / rw - overlay overlay lowerdir=/var/lib/docker/overlay2/{OTHER}/diff\n\
         710 700 8:1 /var/lib/docker/containers/{ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
    );
    assert_eq!(id(&[("proc/self/cgroup", "0::/\n"), ("proc/self/mountinfo", &mounts)]).as_deref(), Some(ID));
    assert_eq!(id(&[("proc/self/cgroup", "0::/user.slice\n")]), None);
}

#[test]
fn the_system_is_known_by_its_release_file() {
    let release = "NAME=Fedora\nPRETTY_NAME=\"Fedora Linux 42 (\\\"Cloud\\\")\"\nVERSION_ID='42'\nODD\n";
    for place in ["etc/os-release", "usr/lib/os-release"] {
        let found = read(Resource::Os, &[(place, release)], &[]);
        assert_eq!(found["os.description"], "Fedora Linux 42 (\"Cloud\")");
        assert_eq!((found["os.name"].as_str(), found["os.version"].as_str()), ("Fedora", "42"));
        assert!(!found["os.type"].is_empty());
    }
}

#[test]
fn the_program_and_its_host_are_known() {
    let found: BTreeMap<_, _> = Resource::Process.pairs().iter().cloned().collect();
    let program = std::env::current_exe().expect("it is known");
    assert_eq!(found["process.executable.path"], program.to_string_lossy());
    assert!(program.ends_with(&found["process.executable.name"]));
    assert_eq!(Resource::Host.pairs(), [("host.arch".to_owned(), std::env::consts::ARCH.to_owned())]);
}

#[test]
fn each_is_found_by_its_name_and_others_are_told() {
    for resource in Resource::ALL {
        assert_eq!(resource.name().parse(), Ok(resource));
        assert_eq!(Resource::ALL[resource as usize], resource);
    }
    let error = "kubernets".parse::<Resource>().expect_err("it is none");
    assert_eq!(error.to_string(), "`kubernets` tells nothing of the process; did you mean `kubernetes`?");
}

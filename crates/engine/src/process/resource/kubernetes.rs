//! A pod of Kubernetes.

use super::host::{container, unquoted};
use super::{Around, Found};

/// Where a volume of the downward API is by convention.
const PODINFO: &str = "etc/podinfo";
const ACCOUNT: &str = "var/run/secrets/kubernetes.io/serviceaccount/namespace";

/// More labels than this are not told.
const MAX_LABELS: usize = 32;

pub(super) fn read(around: &Around<'_>, found: &mut Found) {
    let file = |name: &str| around.file(&format!("{PODINFO}/{name}"));
    let in_cluster = around.variable(&["KUBERNETES_SERVICE_HOST"]).is_some();
    let namespace = around.variable(&["POD_NAMESPACE", "K8S_POD_NAMESPACE", "KUBERNETES_POD_NAMESPACE"]);
    found.add("k8s.namespace.name", namespace.or_else(|| file("namespace")).or_else(|| around.file(ACCOUNT)));
    // The host of a pod is called as the pod, unless its spec says otherwise.
    let host = || around.variable(&["HOSTNAME"]).filter(|_| in_cluster);
    let name = around.variable(&["POD_NAME", "K8S_POD_NAME", "KUBERNETES_POD_NAME"]);
    found.add("k8s.pod.name", name.or_else(|| file("name")).or_else(host));
    let uid = around.variable(&["POD_UID", "K8S_POD_UID", "KUBERNETES_POD_UID"]);
    found.add("k8s.pod.uid", uid.or_else(|| file("uid")));
    found.add("k8s.node.name", around.variable(&["NODE_NAME", "K8S_NODE_NAME", "KUBERNETES_NODE_NAME"]));
    let names = ["CONTAINER_NAME", "K8S_CONTAINER_NAME", "KUBERNETES_CONTAINER_NAME"];
    found.add("k8s.container.name", around.variable(&names));
    for (key, value) in labels(&file("labels").unwrap_or_default()) {
        found.add(&format!("k8s.pod.label.{key}"), Some(value));
    }
    if !found.pairs.is_empty() {
        found.add("container.id", container(around));
    }
}

/// The lines `name="value"` of the file of labels.
fn labels(text: &str) -> Vec<(&str, String)> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.trim(), unquoted(value))).take(MAX_LABELS).collect()
}

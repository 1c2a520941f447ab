//! Where manifests come from.

use std::fs;

use crate::run::{Directory, route};

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {ports: [{port: 80}]}\n";

#[test]
fn a_file_that_is_not_there_is_named_with_what_there_is() {
    let directory = Directory::with("shop.yml", SERVICE);
    directory
        .run(&["check", "-f", "none.yaml"])
        .says(2, &["there is no file or directory none.yaml", "hint:"]);
    directory.run(&["check", "-f", "shop.yaml"]).says(2, &["hint: there is shop.yml"]);
    directory
        .run(&["check", "-f", "http://a.b/c.yaml"])
        .says(2, &["is a URL", "curl -fsSL http://a.b/c.yaml"]);
}

#[test]
fn a_directory_is_read_in_the_order_of_names_and_deeper_only_when_asked_for() {
    let directory = Directory::with("b.yaml", SERVICE);
    directory.add("a.json", SERVICE.replace("cart", "first").as_str());
    directory.add("c.yml", SERVICE.replace("cart", "third"));
    directory.add("notes.txt", "\u{0}");
    directory.add("deep/er/d.yaml", "kind: [\n");
    directory.run(&["check", "-f", "."]).says(0, &["in 3 files with 3 objects"]);
    directory.run(&["check", "-R", "-f", "."]).says(1, &["deep/er/d.yaml:", "in 4 files with 3 objects"]);
    directory
        .run(&["check", "-f", "deep"])
        .says(2, &["no .yaml, .yml or .json file in the directory deep", "-R"]);
    fs::create_dir(directory.path().join("empty")).unwrap();
    directory.run(&["check", "-Rf", "empty"]).says(2, &["name files"]);
}

#[test]
fn a_file_that_is_named_twice_is_read_once() {
    let directory = Directory::with("a.yaml", SERVICE);
    directory
        .run(&["check", "-f", ".", "-f", "a.yaml", "-f", "./a.yaml"])
        .says(0, &["in 1 file with 1 object"]);
}

#[test]
fn the_standard_input_is_read_once() {
    let directory = Directory::new();
    let ran = directory.run_with(&["check", "-f", "-"], b"kind: [\n");
    ran.says(1, &["-:1:", "hint:"]);
    directory.run_with(&["check", "-f", "-"], SERVICE.as_bytes()).says(0, &["in 1 file"]);
    directory.run(&["check", "-f", "-"]).says(1, &["the file is empty"]);
    directory.run(&["check", "-f", "-", "-f", "-"]).says(2, &["given twice", "hint:"]);
}

#[test]
fn a_file_that_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let directory = Directory::with("a.yaml", SERVICE);
    let path = directory.path().join("a.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root reads it all the same.
    if fs::read(&path).is_err() {
        directory.run(&["check", "-f", "a.yaml"]).says(2, &["a.yaml may not be read by you", "ls -l"]);
    }
}

#[test]
fn a_file_that_is_far_too_large_is_refused() {
    let directory = Directory::new();
    let file = fs::File::create(directory.path().join("huge.yaml")).unwrap();
    file.set_len(65 << 20).unwrap();
    directory.run(&["check", "-f", "huge.yaml"]).says(2, &["huge.yaml is larger than 64 MiB", "hint:"]);
}

#[test]
fn objects_without_a_namespace_belong_to_the_one_that_is_given() {
    let directory = Directory::with("a.yaml", SERVICE);
    let no_namespace = route("spec: {rules: [{backendRefs: [{name: cart, port: 80}]}]}\n");
    directory.add("b.yaml", no_namespace.replace(", namespace: shop", ""));
    let explain = |namespace: &[&str]| {
        let arguments = ["explain", "-f", ".", "-o", "json", "http://a.b/"];
        directory.run(&[&arguments, namespace].concat()).json()["backend"]["chosen"].clone()
    };
    assert_eq!(explain(&[]), "default/cart/80");
    assert_eq!(explain(&["-n", "shop"]), "shop/cart/80");
}

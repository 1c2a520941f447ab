//! `docs/writing-a-filter.md`: its files make a crate, whose tests pass and whose module does in Envoy what the page says.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;

use httproute_integration::backend::Behaviour;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::{self, Envoy};
use httproute_integration::fleet::Fleet;
use httproute_integration::root;

/// The files of the page: blocks whose first line is a comment with a name.
fn files(page: &str) -> BTreeMap<String, String> {
    let blocks = page.split("\n```").skip(1).step_by(2).filter_map(|block| block.split_once('\n'));
    let named = blocks.filter_map(|(_, text)| {
        let (first, _) = text.split_once('\n')?;
        let name = first.strip_prefix("# ").or_else(|| first.strip_prefix("// "))?;
        name.contains('.').then(|| (name.to_owned(), text.to_owned()))
    });
    named.collect()
}

fn run(program: &Path, folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}\n{out}{err}");
    out.into_owned()
}

/// Writes the files of the page, and builds what they make; the folder.
fn build() -> PathBuf {
    let page = std::fs::read_to_string(root().join("docs/writing-a-filter.md")).unwrap();
    let mut files = files(&page);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["Cargo.toml", "shop.yaml", "src/lib.rs", "src/tell_user.rs", "tests/claim.rs"]);
    // What the page says in words: where the crates are, and how a second filter joins.
    let git = r#"{ git = "https://github.com/httproute-wasm/httproute-wasm" }"#;
    let path = |name: &str| format!("{{ path = {:?} }}", root().join(name));
    let manifest = files.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replacen(git, &path("sdk"), 1).replacen(git, &path("proxy-wasm"), 1);
    let library = files.get_mut("src/lib.rs").unwrap();
    let known = r#".with::<ClaimHeader>("example.com", "ClaimHeader")"#;
    let both = format!(r#"{known}.with::<tell_user::TellUser>("example.com", "TellUser")"#);
    assert!(
        page.contains("`mod tell_user;` and `.with::<tell_user::TellUser>(\"example.com\", \"TellUser\")`")
    );
    *library = format!("mod tell_user;\n{}", library.replacen(known, &both, 1));

    let folder = root().join("target/integration/writing-a-filter");
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    // The versions of the example, so that what is built for it is built once.
    std::fs::copy(root().join("examples/custom-filter/Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let cargo = PathBuf::from(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let built = root().join("target/custom-filter");
    let built = built.to_str().unwrap();
    run(&cargo, &folder, &["test", "--target-dir", built]);
    run(&cargo, &folder, &["clippy", "--all-targets", "--target-dir", built, "--", "-D", "warnings"]);
    run(
        &cargo,
        &folder,
        &["build", "--release", "--target", "wasm32-unknown-unknown", "--target-dir", built],
    );
    folder
}

/// The page's manifests, and a route for its second filter.
const TELL_USER: &str = "
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: tell, namespace: shop }
spec:
  hostnames: [tell.example.com]
  rules:
    - filters:
        - { type: ExtensionRef, extensionRef: { group: example.com, kind: TellUser, name: tell } }
      backendRefs: [{ name: cart, port: 8080 }]
---
apiVersion: example.com/v1
kind: TellUser
metadata: { name: tell, namespace: shop }
spec: {}
";

#[test]
fn the_page_makes_a_module_that_does_what_it_says() {
    let folder = build();
    let manifests = std::fs::read_to_string(folder.join("shop.yaml")).unwrap() + TELL_USER;
    std::fs::write(folder.join("shop.yaml"), manifests).unwrap();
    let extensions = ["--extension", "example.com/ClaimHeader", "--extension", "example.com/TellUser"];
    let cli = cli().unwrap();
    let explain = [&["explain", "-f", "shop.yaml", "http://localhost:8080/"], &extensions[..]].concat();
    assert!(run(&cli, &folder, &explain).contains("ClaimHeader shop/user  decided by your module"));

    let upstreams = BTreeMap::from([("shop/cart/8080".to_owned(), Behaviour::Echo)]);
    let fleet = Fleet::start(&upstreams, IpAddr::V4(Ipv4Addr::LOCALHOST), |_| 0).unwrap();
    let (host, port) = fleet.places("127.0.0.1").remove("shop/cart/8080").unwrap();
    let backend = format!("shop/cart:8080={host}:{port}");
    let module = root().join("target/custom-filter/wasm32-unknown-unknown/release/claim_header.wasm");
    let render = ["render", "envoy", "-f", "shop.yaml", "--bind", "127.0.0.1", "--port", "8080=0"];
    let place = ["--admin-port", "0", "--backend", &backend, "--module", module.to_str().unwrap()];
    let config = run(&cli, &folder, &[&render[..], &place[..], &extensions[..]].concat());
    let binary = envoy::find(envoy::default_version()).unwrap();
    let envoy = Envoy::start_from(&binary, "writing-a-filter", ("envoy.yaml", &config)).unwrap();
    let mut client = Client::new(*envoy.admin.listeners().unwrap().values().next().unwrap());
    let mut ask = |request: &Request| {
        let answer = client.send(request).unwrap();
        (answer.status, answer.headers, String::from_utf8_lossy(&answer.body).into_owned())
    };

    let with_token = Request::get("shop.example.com", "/")
        .with("authorization", "Bearer e30.eyJzdWIiOiJhZGEifQ.x")
        .with("x-user", "somebody else");
    let (status, _, body) = ask(&with_token);
    assert_eq!(status, 200);
    assert!(body.contains("x-user: ada"), "{body}");
    assert!(!body.contains("somebody else"), "{body}");

    let (status, headers, body) = ask(&Request::get("shop.example.com", "/"));
    assert_eq!((status, body.as_str()), (401, "{\"missing\":\"sub\"}\n"));
    let value = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
    assert_eq!(value("content-type").as_deref(), Some(&b"application/json"[..]));
    assert_eq!(value("www-authenticate").as_deref(), Some(&b"Bearer"[..]));

    let tell = Request::get("tell.example.com", "/");
    let (status, headers, _) = ask(&tell.clone().with("x-user", "eve"));
    assert_eq!(status, 200);
    assert!(headers.contains(&("x-seen-by".to_owned(), b"eve".to_vec())), "{headers:?}");
    // The filter cannot put this into a header: nothing of the backend's response reaches the client.
    let (status, headers, body) = ask(&tell.with("x-user", &"e".repeat(17 << 10)));
    assert_eq!((status, body.as_str()), (500, "a filter of the rule for this request failed\n"));
    assert!(!headers.iter().any(|(name, _)| name == "x-seen-by"), "{headers:?}");
    assert_eq!(ask(&Request::get("tell.example.com", "/")).0, 200, "and the next request is served");
}

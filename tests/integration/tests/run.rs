//! `httproute run` on a real Envoy: what it says, and what requests see.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use httproute_integration::client::{Client, Request};
use httproute_integration::command_line::cli;
use httproute_integration::envoy::{self, Admin};
use httproute_integration::folder::Folder;
use httproute_integration::generations::{GATEWAY, HOST};
use httproute_integration::load::{LeanBackend, echo};
use httproute_integration::run::{Manifests, Run, kill};
use httproute_integration::tls::Identity;

#[path = "run/machine.rs"]
mod machine;

/// Services, and a route to the first.
const SERVICES: &str = "
{apiVersion: v1, kind: Service, metadata: {name: one, namespace: shop}, spec: {ports: [{port: 8080}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: two, namespace: shop}, spec: {ports: [{port: 8080}]}}
";

fn route(backend: &str) -> String {
    format!(
        "
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: all, namespace: shop}}
spec:
  parentRefs: [{{name: public}}]
  rules:
  - backendRefs: [{{name: {backend}, port: 8080}}]
"
    )
}

fn shop() -> Manifests {
    let files = [("gateway.yaml", GATEWAY), ("services.yaml", SERVICES), ("route.yaml", &route("one"))];
    Manifests::new(&files).unwrap()
}

/// Backends `one` and `two`, and the flags for them.
struct Backends(Vec<LeanBackend>);

impl Backends {
    fn start() -> Self {
        Backends(["one", "two"].map(|name| LeanBackend::start(echo(name)).unwrap()).into())
    }

    fn flags(&self) -> Vec<String> {
        let names = ["one", "two"].iter().zip(&self.0);
        names.map(|(name, backend)| format!("--backend=shop/{name}:8080={}", backend.address())).collect()
    }
}

/// Runs it on all of a folder, with ports that the system chooses.
fn start(folder: &Path, backends: &Backends, more: &[&str]) -> Run {
    let flags = backends.flags();
    let mut arguments = vec!["-f", ".", "--bind", "127.0.0.1", "--port", "80=0", "--admin", "0"];
    arguments.extend(flags.iter().map(String::as_str));
    arguments.extend(more);
    Run::start(folder, &arguments).unwrap()
}

/// Its administration interface, once it serves.
fn admin(run: &mut Run) -> Admin {
    let line = run.line("serving ").unwrap();
    Admin(line.rsplit(' ').next().unwrap().parse().unwrap())
}

/// Who answers.
fn answers(client: &mut Client) -> String {
    let answer = client.send(&Request::get(HOST, "/")).unwrap();
    answer.header("x-backend").unwrap_or_else(|| answer.status.to_string())
}

fn stat(admin: Admin, name: &str) -> u64 {
    admin.stats(name).unwrap().get(name).copied().unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn an_edit_is_in_use_when_it_is_told_and_touches_no_listener() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut run = start(manifests.folder(), &backends, &[]);
    let mut client = Client::new(run.serves("http-80").unwrap());
    let admin = admin(&mut run);
    assert_eq!(answers(&mut client), "one");
    manifests.write("route.yaml", route("two")).unwrap();
    let line = run.line("changed in ").unwrap();
    assert!(line.ends_with(" ms: routes ~shop/all, backends +shop/two/8080 -shop/one/8080"), "{line}");
    for _ in 0..20 {
        assert_eq!(answers(&mut client), "two");
    }
    assert_eq!(stat(admin, "listener_manager.lds.update_success"), 1);
    assert_eq!(stat(admin, "listener.127.0.0.1_0.downstream_cx_total"), 1, "the connection stays");
    // The old backend goes last.
    while admin.get("/clusters").unwrap().contains("shop/one/8080") {
        std::thread::yield_now();
    }
    assert_eq!(answers(&mut client), "two");
    // A new file, a weight, and back again.
    manifests.write("route.yaml", route("one")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "one");
}

#[test]
fn a_wrong_edit_changes_nothing() {
    let (manifests, backends) = (shop(), Backends::start());
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let mut run = start(manifests.folder(), &backends, &[]);
    let mut client = Client::new(run.serves("http-80").unwrap());
    let another = format!("{GATEWAY}  - {{name: other, port: {port}, protocol: HTTP}}\n");
    for (name, content, why) in [
        (
            "route.yaml",
            "kind: HTTPRoute\nspec:\n\trules: []\n".to_owned(),
            "./route.yaml:3:1: error[TabIndentation]",
        ),
        ("route.yaml", route("one, weight: -1"), "./route.yaml:8:39: error[OutOfRange]"),
        ("gateway.yaml", another, "error: listener http-"),
    ] {
        let good = fs::read_to_string(manifests.folder().join(name)).unwrap();
        manifests.write(name, &content).unwrap();
        run.line(why).unwrap();
        run.line("nothing is changed: the last good state is served").unwrap();
        assert_eq!(answers(&mut client), "one", "{why}");
        manifests.write(name, &good).unwrap();
        if name == "route.yaml" {
            run.line("the manifests are as they were before").unwrap();
        }
    }
    manifests.write("route.yaml", route("two")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "two", "and it goes on from there");
}

/// One bad rule takes no others down: what there is at the start is served, and edits of other objects are taken over.
#[test]
fn errors_at_the_start_take_nothing_else_down() {
    let (manifests, backends) = (shop(), Backends::start());
    let wrong = |weight: i32, more: &str| {
        let matched = "  - matches: [{path: {type: PathPrefix, value: /bad}}]\n    backendRefs";
        let route = route(&format!("one, weight: {weight}{more}")).replace("name: all", "name: wrong");
        route.replace("  - backendRefs", matched)
    };
    manifests.write("wrong.yaml", wrong(-1, "")).unwrap();
    let mut run = start(manifests.folder(), &backends, &[]);
    run.line("./wrong.yaml:9:").unwrap();
    run.line("served in spite of 1 error: rules with errors answer 500").unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "one");
    assert_eq!(client.send(&Request::get(HOST, "/bad")).unwrap().status, 500);
    manifests.write("route.yaml", route("two")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "two");
    manifests.write("route.yaml", route("one, weight: -1")).unwrap();
    run.line("nothing is changed: the last good state is served").unwrap();
    assert_eq!(answers(&mut client), "two");
    manifests.write("route.yaml", route("one")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "one");
}

fn secret(certificate: &str, key: &str) -> String {
    format!(
        "{}",
        serde_json::json!({
            "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "metadata": { "name": "tls", "namespace": "shop" },
            "stringData": { "tls.crt": certificate, "tls.key": key },
        })
    )
}

/// One bad Secret takes neither Envoy's start down, nor other listeners, nor later edits.
#[test]
fn a_secret_that_envoy_cannot_use_leaves_out_its_listener_only() {
    let fixture = |name: &str| {
        let path = httproute_integration::root().join("manifests/src/certificate/fixtures").join(name);
        fs::read_to_string(path).unwrap()
    };
    let secret = |name: &str, certificate: &str, key: &str| {
        secret(certificate, key).replace("\"tls\"", &format!("{name:?}"))
    };
    let good = Identity::generate(&["good.example.com"]).unwrap();
    // The check does not look into all numbers of a curve that is written out. So this one is left to Envoy.
    let damaged = {
        let key = fixture("P-256.explicit.key");
        let body: String = key.lines().filter(|line| !line.starts_with('-')).collect();
        let mut der = STANDARD.decode(body).unwrap();
        der[162] ^= 1;
        format!("-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n", STANDARD.encode(der))
    };
    let mixed = secret("mixed", &fixture("P-256.crt"), &fixture("P-256-other.key"));
    let secrets = [
        secret("good", &good.certificate, &good.key),
        mixed.clone(),
        secret("damaged", &fixture("P-256.crt"), &damaged),
    ];
    let listener = |name: &str| {
        format!(
            "  - {{name: {name}, port: 443, protocol: HTTPS, hostname: {name}.example.com, tls: {{certificateRefs: [{{name: {name}}}]}}}}\n"
        )
    };
    let gateway = GATEWAY.to_owned() + &["good", "mixed", "damaged", "absent"].map(listener).concat();
    let (manifests, backends) = (shop(), Backends::start());
    manifests.write("gateway.yaml", &gateway).unwrap();
    manifests.write("secrets.yaml", secrets.join("\n---\n")).unwrap();
    let mut run = start(manifests.folder(), &backends, &["--port", "443=0"]);
    for said in [
        "./gateway.yaml:10:5: warning[InvalidCertificateRef]: listener mixed: Secret shop/mixed has a tls.key that does not belong to its certificate",
        "./gateway.yaml:12:5: warning[MissingSecret]: listener absent: there is no Secret shop/absent, so a stand-in for its certificate is used",
        "error: listener shop/public/damaged: Envoy refuses the certificate of Secret shop/damaged, so it is left out: ",
    ] {
        run.line(said).unwrap();
    }
    let mut plain = Client::new(run.serves("http-80").unwrap());
    let address = run.serves("https-443").unwrap();
    let secure = |trust: &_, name: &str| {
        let host = format!("{name}.example.com");
        let answer = Client::with_tls(address, trust, &host).send(&Request::get(&host, "/"));
        answer.ok().and_then(|answer| answer.header("x-backend"))
    };
    assert_eq!(answers(&mut plain), "one");
    assert_eq!(secure(&good.trust, "good").as_deref(), Some("one"));
    assert_eq!(secure(&good.trust, "mixed"), None);

    // Edits go on, and a Secret that is mended brings its listener.
    manifests.write("route.yaml", route("two")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(secure(&good.trust, "good").as_deref(), Some("two"));
    let mended = Identity::generate(&["mixed.example.com"]).unwrap();
    let mended_secret = secret("mixed", &mended.certificate, &mended.key);
    manifests.write("secrets.yaml", secrets.join("\n---\n").replace(&mixed, &mended_secret)).unwrap();
    assert!(run.line("changed in ").unwrap().contains("+https-443-mixed.example.com"));
    assert_eq!(secure(&mended.trust, "mixed").as_deref(), Some("two"));
    assert_eq!(secure(&good.trust, "good").as_deref(), Some("two"));
}

#[test]
fn a_listener_that_comes_or_goes_leaves_the_others_alone() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut run = start(manifests.folder(), &backends, &["--port", "8080=0"]);
    let mut client = Client::new(run.serves("http-80").unwrap());
    let admin = admin(&mut run);
    assert_eq!(answers(&mut client), "one");
    let two = format!("{GATEWAY}  - {{name: other, port: 8080, protocol: HTTP}}\n");
    manifests.write("gateway.yaml", &two).unwrap();
    let line = run.line("changed in ").unwrap();
    assert!(line.contains("listeners +http-8080") && !line.contains("http-80,"), "{line}");
    let mut other = Client::new(run.serves("http-8080").unwrap());
    assert_eq!([answers(&mut other), answers(&mut client)], ["one", "one"]);
    manifests.write("gateway.yaml", GATEWAY).unwrap();
    assert!(run.line("changed in ").unwrap().contains("listeners -http-8080"));
    // A connection of a listener that is gone is told to go with its next answer, which it still gets.
    assert_eq!([answers(&mut other), answers(&mut client)], ["one", "one"]);
    assert!(other.send(&Request::get(HOST, "/")).is_err(), "nothing listens there any more");
    assert_eq!(stat(admin, "http.http-80.downstream_cx_total"), 1, "the connection stays");
    assert_eq!(stat(admin, "listener_manager.listener_modified"), 0);
}

#[test]
fn an_envoy_that_dies_is_started_again_with_the_last_good_state() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut run = start(manifests.folder(), &backends, &[]);
    run.serves("http-80").unwrap();
    manifests.write("route.yaml", route("two")).unwrap();
    run.line("changed in ").unwrap();
    let envoy = run.envoy_id().unwrap();
    kill("KILL", envoy).unwrap();
    let line = run.line("Envoy ended ").unwrap();
    assert!(line.contains("SIGKILL") && line.contains("it is started again in 0.2 s"), "{line}");
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "two");
    assert_ne!(run.envoy_id().unwrap(), envoy);
    manifests.write("route.yaml", route("one")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "one", "it follows edits as before");
    // And Envoy does not outlive the command.
    let envoy = run.envoy_id().unwrap();
    run.signal("KILL").unwrap();
    run.wait().unwrap();
    while is_running(envoy) {
        std::thread::yield_now();
    }
}

#[test]
fn an_edit_during_which_envoy_dies_is_taken_over_by_the_next() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut run = start(manifests.folder(), &backends, &[]);
    run.serves("http-80").unwrap();
    let admin = admin(&mut run);
    let envoy = run.envoy_id().unwrap();
    kill("STOP", envoy).unwrap();
    manifests.write("route.yaml", route("two")).unwrap();
    // Envoy is asked how far it is.
    let asked = format!(":{:04X} 01 ", admin.0.port());
    while !fs::read_to_string("/proc/net/tcp").unwrap().contains(&asked) {
        std::thread::yield_now();
    }
    kill("KILL", envoy).unwrap();
    run.line("Envoy ended ").unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "two");
}

fn is_running(process: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    !status.is_empty() && !status.contains("State:\tZ")
}

/// A connection to a backend that has a request and does not answer yet, and the client that waits for the answer.
fn in_flight(folder: &Path) -> (Run, BufReader<TcpStream>, BufReader<TcpStream>) {
    let backend = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let place = format!("shop/one:8080={}", backend.local_addr().unwrap());
    let flags = ["-f", ".", "--bind", "127.0.0.1", "--port", "80=0", "--backend", &place];
    let mut run = Run::start(folder, &flags).unwrap();
    let address = run.serves("http-80").unwrap();
    run.line("serving ").unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nhost: shop.example.com\r\n\r\n").unwrap();
    let mut upstream = BufReader::new(backend.accept().unwrap().0);
    assert_eq!(upstream.by_ref().lines().next().unwrap().unwrap(), "GET / HTTP/1.1");
    (run, upstream, BufReader::new(client))
}

#[test]
fn the_end_waits_for_requests_in_flight() {
    let manifests = shop();
    let (mut run, mut upstream, mut client) = in_flight(manifests.folder());
    run.signal("TERM").unwrap();
    run.line("draining").unwrap();
    upstream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("ok"), "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    run.line("drained").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let manifests = shop();
    let (mut run, _upstream, mut client) = in_flight(manifests.folder());
    run.signal("INT").unwrap();
    run.line("draining").unwrap();
    run.signal("INT").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let mut answer = String::new();
    drop(client.read_to_string(&mut answer));
    assert_eq!(answer, "");
}

/// Whether the signal finds it waiting, starting Envoy, or serving again.
#[test]
fn a_signal_while_a_dead_envoy_waits_for_its_start_is_an_end_like_any_other() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut run = start(manifests.folder(), &backends, &[]);
    run.serves("http-80").unwrap();
    run.line("serving ").unwrap();
    kill("KILL", run.envoy_id().unwrap()).unwrap();
    run.line("Envoy ended ").unwrap();
    run.signal("TERM").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
}

#[test]
fn the_standard_input_is_served_and_not_followed() {
    let backends = Backends::start();
    let all = [GATEWAY, SERVICES, &route("one")].join("---\n");
    let manifests = Manifests::new(&[("all.yaml", &all)]).unwrap();
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" run -f - \"$@\" <all.yaml"]).arg(cli().unwrap());
    command.args(["--bind", "127.0.0.1", "--port", "80=0"]).args(backends.flags());
    command.env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path);
    command.current_dir(manifests.folder());
    let mut run = Run::spawn(command).unwrap();
    run.line("warning: -f - cannot be watched").unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    run.line("serving 1 route, ").unwrap();
    assert_eq!(answers(&mut client), "one");
    // What was read once is served again.
    kill("KILL", run.envoy_id().unwrap()).unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "one");
}

#[test]
fn folders_and_links_may_be_swapped() {
    let (manifests, backends) = (
        Manifests::new(&[("gateway.yaml", GATEWAY), ("services.yaml", SERVICES)]).unwrap(),
        Backends::start(),
    );
    // As a ConfigMap is mounted: files are links into a folder that is itself a link, and that one is replaced.
    let volume = manifests.folder().join("routes/deep");
    let put = |version: &str, backend: &str| {
        fs::create_dir_all(volume.join(version)).unwrap();
        fs::write(volume.join(version).join("route.yaml"), route(backend)).unwrap();
        symlink(version, volume.join("..new")).unwrap();
        fs::rename(volume.join("..new"), volume.join("..data")).unwrap();
    };
    put("..1", "one");
    symlink("..data/route.yaml", volume.join("route.yaml")).unwrap();
    let mut run = start(manifests.folder(), &backends, &["-R"]);
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "one");
    put("..2", "two");
    fs::remove_dir_all(volume.join("..1")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "two");
    // All of it anew.
    fs::remove_dir_all(&volume).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "404");
    fs::create_dir_all(&volume).unwrap();
    fs::write(volume.join("another.yaml"), route("one")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "one");
}

#[test]
fn without_watching_no_file_is_watched() {
    let (manifests, backends) = (shop(), Backends::start());
    for (arguments, watches) in [(&[][..], true), (&["--watch=false"], false)] {
        let mut run = start(manifests.folder(), &backends, arguments);
        run.line("serving ").unwrap();
        let files = fs::read_dir(format!("/proc/{}/fd", run.id())).unwrap();
        let mut links = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
        assert_eq!(links.any(|link| link == Path::new("anon_inode:inotify")), watches, "{arguments:?}");
    }
}

/// As a user who may not bind port 80. Where this one may, `setpriv` takes the right away.
#[test]
fn ports_that_the_user_may_not_bind_are_bound_higher() {
    let (manifests, backends) = (shop(), Backends::start());
    let mut command = match TcpListener::bind((Ipv4Addr::LOCALHOST, 80)) {
        Ok(_) => {
            let mut setpriv = Command::new("setpriv");
            setpriv
                .args(["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service"])
                .arg(cli().unwrap());
            setpriv
        }
        Err(_) => Command::new(cli().unwrap()),
    };
    let redirect = route("one").replace(
        "backendRefs: [{name: one, port: 8080}]",
        "filters: [{type: RequestRedirect, requestRedirect: {hostname: a.example}}]",
    );
    manifests.write("route.yaml", &redirect).unwrap();
    // Another address than that of other tests and users: the port is fixed.
    command
        .args(["run", "-f", ".", "--bind", "127.80.80.80"])
        .args(backends.flags())
        .current_dir(manifests.folder());
    command.env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path);
    let mut run = Run::spawn(command).unwrap();
    run.line("you may not bind port 80: 10080 is bound for it").unwrap();
    let address = run.serves("http-80").unwrap();
    assert_eq!(address, SocketAddr::from(([127, 80, 80, 80], 10080)));
    let answer = Client::new(address).send(&Request::get(HOST, "/x")).unwrap();
    assert_eq!((answer.status, answer.header("location").as_deref()), (302, Some("http://a.example/x")));
}

/// The command and the lines of the document, with the backends and ports of the test.
#[test]
fn the_document_says_what_it_says() {
    let document = fs::read_to_string(httproute_integration::root().join("docs/cli.md")).unwrap();
    let (_, section) = document.split_once("\n## run\n").unwrap();
    let block =
        |kind: &str| section.split_once(&format!("```{kind}\n")).unwrap().1.split_once("\n```").unwrap().0;
    let shop = document.split_once("```yaml\n# shop.yaml\n").unwrap().1.split_once("\n```").unwrap().0;
    let manifests = Manifests::new(&[("shop.yaml", shop)]).unwrap();
    let words = block("sh").split_whitespace().skip(2);
    let words: Vec<String> = words.map(|word| word.replace("10080", "0").replace("9901", "0")).collect();
    let mut run =
        Run::start(manifests.folder(), &words.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    run.line("serving ").unwrap();
    let edited = shop.replace("    - {name: cart-v2, port: 8080, weight: 10}\n", "");
    let edited = edited
        .replace("backendRefs: [{name: cart-v2, port: 8080}]", "backendRefs: [{name: cart, port: 8080}]");
    let canary = "    backendRefs:\n    - {name: cart, port: 8080, weight: 90}";
    assert!(edited.contains(canary), "{edited}");
    manifests.write("shop.yaml", edited.replace("cart-v2, port", "cart, port")).unwrap();
    run.line("changed in ").unwrap();
    let plain = |text: &str| {
        let words = text
            .split([' ', ':', '\n'])
            .map(|word| if word.parse::<u32>().is_ok_and(|n| n > 2) { "N" } else { word });
        words.collect::<Vec<_>>().join(" ").replace("Envoy 1.40.0", "Envoy V")
    };
    let version = envoy::find(envoy::default_version()).unwrap().version;
    assert_eq!(plain(&run.said().replace(&format!("Envoy {version}"), "Envoy V")), plain(block("text")));
}

/// What is not there is told with its remedy.
#[test]
fn without_an_envoy_it_says_where_to_get_one() {
    let manifests = shop();
    // Outside of the checkout, which has an Envoy.
    let folder = Folder::outside("httproute-alone").unwrap();
    let alone = folder.path().join("httproute");
    fs::copy(cli().unwrap(), &alone).unwrap();
    let ran = |arguments: &[&str], variable: &str| {
        let mut command = Command::new(&alone);
        command.arg("run").arg("-f").arg(manifests.folder()).args(arguments);
        command.env("PATH", "").env("ENVOY_BIN", variable);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for (arguments, variable, words) in [
        (&[][..], "", "there is no Envoy: ENVOY_BIN names none, and none is on the PATH"),
        (&["--envoy", "/none"], "", "--envoy: /none is no Envoy: No such file"),
        (&[], "/none", "ENVOY_BIN: /none is no Envoy: No such file"),
    ] {
        let (code, said) = ran(arguments, variable);
        assert_eq!(code, Some(1));
        assert!(said.contains(words) && said.contains("hint: "), "{said}");
    }
}

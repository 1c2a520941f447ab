//! What `run` does to the machine that it runs on: other users, signals, ports, and what it leaves.

use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::time::Instant;

use httproute_integration::dist;

use super::*;

/// `nobody` on most systems.
const NOBODY: u32 = 65534;

/// A Gateway with a certificate, and the files of [`shop`].
fn secure_shop() -> Manifests {
    let identity = Identity::generate(&[HOST]).unwrap();
    let manifests = shop();
    let https = "  - {name: tls, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: tls}]}}";
    let gateway = format!("{GATEWAY}{https}\n---\n{}", secret(&identity.certificate, &identity.key));
    manifests.write("gateway.yaml", gateway).unwrap();
    manifests
}

/// All files and directories below a directory.
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| {
        let deeper = if path.is_dir() { all_below(&path) } else { Vec::new() };
        std::iter::once(path).chain(deeper)
    };
    entries.flat_map(below).collect()
}

#[test]
fn no_other_user_can_read_a_key_whatever_the_umask() {
    let (manifests, backends) = (secure_shop(), Backends::start());
    for umask in ["000", "777"] {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask}; exec \"$0\" \"$@\"")]).arg(cli().unwrap());
        command.args([
            "run",
            "-f",
            ".",
            "--bind",
            "127.0.0.1",
            "--port",
            "80=0",
            "--port",
            "443=0",
            "--admin",
            "0",
        ]);
        command.args(backends.flags()).current_dir(manifests.folder());
        command.env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path);
        let mut run = Run::spawn_with(command, Folder::outside("httproute-secure").unwrap()).unwrap();
        run.line("serving ").unwrap();
        let left = run.left().unwrap();
        assert_eq!(left.len(), 1, "{left:?}");
        for path in [left.clone(), all_below(&left[0])].concat() {
            let mode = fs::symlink_metadata(&path).unwrap().mode();
            assert_eq!(mode & 0o077, 0, "{} {mode:o}", path.display());
            let content = fs::read(&path).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&content).contains("PRIVATE KEY"), "{}", path.display());
        }
        // As another user.
        if fs::metadata("/proc/self").unwrap().uid() != 0 {
            eprintln!("SKIPPED: only root can be another user");
            continue;
        }
        let tries = |path: &Path| {
            let found =
                Command::new("find").arg(path).uid(NOBODY).gid(NOBODY).current_dir("/").output().unwrap();
            (found.status.success(), String::from_utf8_lossy(&found.stderr).into_owned())
        };
        for path in [left[0].clone(), format!("/proc/{}/fd", run.id()).into()] {
            let (succeeds, says) = tries(&path);
            assert!(!succeeds && says.contains("Permission denied"), "{}: {says}", path.display());
        }
    }
}

#[test]
fn every_signal_that_ends_programs_drains_and_leaves_nothing() {
    for signal in ["HUP", "QUIT", "USR1", "ALRM", "XCPU", "RTMIN"] {
        let manifests = shop();
        let (mut run, mut upstream, mut client) = in_flight(manifests.folder());
        assert_eq!(run.left().unwrap().len(), 1);
        run.signal(signal).unwrap();
        run.line("draining").unwrap();
        upstream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        assert!(answer.ends_with("ok"), "{signal}: {answer}");
        run.line("drained").unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(0), "{signal}");
        assert_eq!(run.left().unwrap(), [] as [PathBuf; 0], "{signal}");
    }
}

/// As systemd ends a service: all of its processes get the signal, and `timeout` sends it twice.
#[test]
fn a_signal_to_all_processes_drains() {
    let manifests = shop();
    let (mut run, mut upstream, mut client) = in_flight(manifests.folder());
    let envoy = run.envoy_id().unwrap();
    kill("TERM", envoy).unwrap();
    let maps = fs::read_to_string(format!("/proc/{envoy}/maps")).unwrap();
    assert!(!maps.contains("/dev/shm"), "{maps}");
    run.signal("TERM").unwrap();
    run.line("draining").unwrap();
    for signal in ["INT", "HUP", "QUIT"] {
        kill(signal, envoy).unwrap();
    }
    // A terminal that closes may send this twice.
    run.signal("HUP").unwrap();
    upstream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("ok"), "{answer}");
    run.line("drained").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert!(!is_running(envoy));
}

/// As on a terminal that has been closed: no line can be written any more.
#[test]
fn what_it_says_need_not_be_read() {
    let manifests = shop();
    let backend = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free_port();
    let mut command = Command::new("sh");
    command.args(["-c", "exec \"$0\" \"$@\" 2>/dev/full"]).arg(cli().unwrap());
    command.args(["run", "-f", ".", "--bind", "127.0.0.1", "--port", &format!("80={port}")]);
    command.arg(format!("--backend=shop/one:8080={}", backend.local_addr().unwrap()));
    command.env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path);
    command.current_dir(manifests.folder());
    let mut run = Run::spawn(command).unwrap();
    let mut client = connect(port);
    client.write_all(b"GET / HTTP/1.1\r\nhost: shop.example.com\r\nconnection: close\r\n\r\n").unwrap();
    let mut upstream = BufReader::new(backend.accept().unwrap().0);
    assert_eq!(upstream.by_ref().lines().next().unwrap().unwrap(), "GET / HTTP/1.1");
    run.signal("HUP").unwrap();
    upstream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.ends_with("ok"), "{answer}");
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert_eq!(run.left().unwrap(), [] as [PathBuf; 0]);
}

#[test]
fn after_sigkill_nothing_runs_and_the_next_start_removes_what_is_left() {
    let (manifests, backends) = (shop(), Backends::start());
    let temporary = Folder::new("killed").unwrap();
    let start = |label: &str| {
        let mut command = Command::new(cli().unwrap());
        command.args(["run", "-f", ".", "--bind", "127.0.0.1", "--port", "80=0"]).args(backends.flags());
        command.env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path);
        // All in one temporary directory, which `env` sets.
        let mut shared = Command::new("env");
        shared
            .arg(format!("TMPDIR={}", temporary.path().display()))
            .arg(command.get_program())
            .args(command.get_args());
        shared
            .env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path)
            .current_dir(manifests.folder());
        let mut run = Run::spawn(shared).unwrap_or_else(|e| panic!("{label}: {e}"));
        run.line("serving ").unwrap();
        run
    };
    let folders = || -> Vec<PathBuf> {
        fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut killed = start("killed");
    let (envoy, left) = (killed.envoy_id().unwrap(), folders());
    killed.signal("KILL").unwrap();
    killed.wait().unwrap();
    while is_running(envoy) {
        std::thread::yield_now();
    }
    assert_eq!(folders(), left);
    let living = start("living");
    let now = folders();
    assert!(now.len() == 1 && now != left, "{now:?}");
    let another = start("another");
    assert!(folders().contains(&now[0]) && folders().len() == 2, "the folder of a living process stays");
    drop((living, another));
}

#[test]
fn it_says_drained_only_if_it_was() {
    let manifests = shop();
    let (mut run, _upstream, _client) = in_flight(manifests.folder());
    run.signal("TERM").unwrap();
    run.line("draining").unwrap();
    kill("KILL", run.envoy_id().unwrap()).unwrap();
    run.line("Envoy ended by itself (signal: 9 (SIGKILL)): requests in flight were cut short").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(1));
    assert!(!run.said().contains("drained"));
}

#[test]
fn a_directory_that_is_removed_and_made_anew_is_followed() {
    let (manifests, backends) = (shop(), Backends::start());
    manifests.remove("route.yaml").unwrap();
    let folder = manifests.folder().join("deep/er");
    let put = |backend: &str| {
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("route.yaml"), route(backend)).unwrap();
    };
    put("one");
    let flags = backends.flags();
    let mut arguments = vec!["-f", "gateway.yaml", "-f", "services.yaml", "-f", "deep/er/route.yaml"];
    arguments.extend(["--bind", "127.0.0.1", "--port", "80=0"]);
    arguments.extend(flags.iter().map(String::as_str));
    let mut run = Run::start(manifests.folder(), &arguments).unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    for (gone, backend) in [("deep/er", "two"), ("deep", "one"), ("deep/er", "two")] {
        fs::remove_dir_all(manifests.folder().join(gone)).unwrap();
        run.line("nothing is changed").unwrap();
        put(backend);
        run.line("changed in ").unwrap();
        assert_eq!(answers(&mut client), backend, "after {gone}");
    }
}

#[test]
fn a_new_module_is_loaded_and_a_wrong_one_is_not() {
    let (manifests, backends) = (shop(), Backends::start());
    let module = fs::read(dist().join("httproute.wasm")).unwrap();
    manifests.write("filter.wasm", &module).unwrap();
    let mut run = start(manifests.folder(), &backends, &["--module", "filter.wasm"]);
    let mut client = Client::new(run.serves("http-80").unwrap());
    let admin = admin(&mut run);
    assert_eq!(answers(&mut client), "one");
    manifests.write("filter.wasm", "not a module").unwrap();
    run.line("error: Envoy rejects it: ").unwrap();
    run.line("nothing is changed").unwrap();
    assert_eq!(answers(&mut client), "one");
    // The same with a custom section, as another build has it.
    manifests.write("filter.wasm", [&module[..], &[0, 2, 1, b'x']].concat()).unwrap();
    let line = run.line("changed in ").unwrap();
    assert!(line.ends_with(" ms: module ~filter.wasm"), "{line}");
    assert_eq!(answers(&mut client), "one");
    assert_eq!(stat(admin, "listener_manager.lds.update_success"), 1, "no listener is touched");
    // An Envoy that starts again loads what was loaded last, although the file is gone.
    manifests.remove("filter.wasm").unwrap();
    run.line("error: cannot read the module filter.wasm: ").unwrap();
    kill("KILL", run.envoy_id().unwrap()).unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "one");
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port()
}

/// A connection, as soon as somebody listens.
fn connect(port: u16) -> TcpStream {
    let begun = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(begun.elapsed().as_secs() < 60, "{error}"),
        }
    }
}

#[test]
fn two_cannot_share_a_port() {
    let (manifests, backends) = (shop(), Backends::start());
    let flags = backends.flags();
    let mut first = start(manifests.folder(), &backends, &[]);
    let port = first.serves("http-80").unwrap().port();
    let start = |address: &str, port: u16| {
        let bound = format!("80={port}");
        let mut arguments = vec!["-f", ".", "--bind", address, "--port", &bound];
        arguments.extend(flags.iter().map(String::as_str));
        Run::start(manifests.folder(), &arguments).unwrap()
    };
    for address in ["127.0.0.1", "0.0.0.0"] {
        let mut second = start(address, port);
        let why = format!(
            "error: listener http-80 cannot have the address {address}:{port}: Address already in use"
        );
        second.line(&why).unwrap();
        assert_eq!(second.wait().unwrap().code(), Some(1));
    }
    let foreign = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut second = start("0.0.0.0", foreign.local_addr().unwrap().port());
    assert_eq!(second.wait().unwrap().code(), Some(1));
    // Both at once: one of them serves.
    let port = free_port();
    let mut both = [start("127.0.0.1", port), start("0.0.0.0", port)];
    let served = both.each_mut().map(|run| run.line("serving ").is_ok());
    assert_eq!(served.iter().filter(|serves| **serves).count(), 1, "{}\n{}", both[0].said(), both[1].said());
}

#[test]
fn a_temporary_directory_may_have_a_long_name() {
    let (manifests, backends) = (shop(), Backends::start());
    let temporary = Folder::outside(&"x".repeat(150)).unwrap();
    let mut command = Command::new(cli().unwrap());
    command.args(["run", "-f", ".", "--bind", "127.0.0.1", "--port", "80=0"]).args(backends.flags());
    command
        .env("ENVOY_BIN", envoy::find(envoy::default_version()).unwrap().path)
        .current_dir(manifests.folder());
    let mut run = Run::spawn_with(command, temporary).unwrap();
    let mut client = Client::new(run.serves("http-80").unwrap());
    assert_eq!(answers(&mut client), "one");
    let socket = run.left().unwrap()[0].join("admin.sock");
    assert!(socket.exists());
    manifests.write("route.yaml", route("two")).unwrap();
    run.line("changed in ").unwrap();
    assert_eq!(answers(&mut client), "two");
    run.signal("TERM").unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert_eq!(run.left().unwrap().len(), 0);
}

//! The calls of the proxy-wasm ABI 0.2.1 that modules make, each noted by its name.

use wasmtime::{Caller, Linker, Result};

use super::guest::{BAD_ARGUMENT, Guest, NOT_FOUND, OK, serialize};
use super::proxy::{Proxy, replace};

/// One host function: notes that it is called, and does what it is there for.
macro_rules! on_call {
    ($linker:ident, $name:ident, |$guest:ident $(, $argument:ident: $of:ty)*| $body:expr) => {
        $linker.func_wrap("env", stringify!($name), |caller: Caller<'_, Proxy> $(, $argument: $of)*| -> Result<i32> {
            #[allow(unused_mut)]
            let mut $guest = Guest(caller);
            $guest.proxy().calls.push(stringify!($name));
            $body
        })?
    };
    ($linker:ident, $name:ident, |$guest:ident $(, $argument:ident)*| $body:expr) => {
        on_call!($linker, $name, |$guest $(, $argument: u32)*| $body)
    };
}

/// All that the modules of this project, and the crate that they use, may call. What else one imports ends it when called.
pub(super) fn link(linker: &mut Linker<Proxy>) -> Result<()> {
    headers(linker)?;
    streams(linker)?;
    metrics(linker)?;
    system(linker)
}

fn headers(linker: &mut Linker<Proxy>) -> Result<()> {
    on_call!(linker, proxy_get_header_map_pairs, |guest, map, at, size_at| {
        let shown = guest.proxy().habits.shows.unwrap_or(usize::MAX);
        let lines = guest.proxy().map(map).map(|lines| lines.iter().take(shown).cloned().collect());
        let bytes = lines.map(|lines| serialize(&lines)).unwrap_or_default();
        guest.give(&bytes, at, size_at)
    });
    on_call!(linker, proxy_set_header_map_pairs, |guest, map, at, size| {
        let lines = guest.read_map(at, size)?;
        guest.change(map, |old| *old = lines)
    });
    on_call!(linker, proxy_get_header_map_value, |guest, map, name, name_size, at, size_at| {
        let name = guest.read(name, name_size)?;
        let lines = guest.proxy().map(map);
        let value =
            lines.and_then(|lines| lines.iter().find(|line| line.0 == name).map(|line| line.1.clone()));
        guest.give_if(value, at, size_at)
    });
    on_call!(linker, proxy_replace_header_map_value, |guest, map, name, name_size, value, size| {
        let (name, value) = (guest.read(name, name_size)?, guest.read(value, size)?);
        guest.change_header(map, &name, |lines| replace(lines, &name, value))
    });
    on_call!(linker, proxy_add_header_map_value, |guest, map, name, name_size, value, size| {
        let line = (guest.read(name, name_size)?, guest.read(value, size)?);
        guest.change_header(map, &line.0.clone(), |lines| lines.push(line))
    });
    on_call!(linker, proxy_remove_header_map_value, |guest, map, name, name_size| {
        let name = guest.read(name, name_size)?;
        guest.change_header(map, &name, |lines| lines.retain(|line| line.0 != name))
    });
    Ok(())
}

fn streams(linker: &mut Linker<Proxy>) -> Result<()> {
    on_call!(linker, proxy_get_buffer_bytes, |guest, buffer, start, size, at, size_at| {
        let bytes =
            guest.proxy().buffers.get(&buffer).map(|bytes| {
                bytes.iter().skip(start as usize).take(size as usize).copied().collect::<Vec<_>>()
            });
        guest.give_if(bytes, at, size_at)
    });
    on_call!(
        linker,
        proxy_send_local_response,
        |guest, status, _details, _details_size, _body, _body_size, headers, headers_size, _grpc_status| {
            let headers = guest.read_map(headers, headers_size)?;
            let proxy = guest.proxy();
            proxy.answered = Some(status);
            proxy.answer = headers;
            Ok(OK)
        }
    );
    on_call!(linker, proxy_http_call, |guest,
                                       cluster,
                                       cluster_size,
                                       headers,
                                       headers_size,
                                       _body,
                                       _body_size,
                                       _trailers,
                                       _trailers_size,
                                       _timeout,
                                       token_at| {
        let (cluster, headers) = (guest.read(cluster, cluster_size)?, guest.read_map(headers, headers_size)?);
        if cluster.is_empty() || !headers.iter().any(|(name, _)| name == b":path") {
            return Ok(BAD_ARGUMENT);
        }
        guest.proxy().called += 1;
        let token = guest.proxy().called;
        guest.write_number(token_at, token)?;
        Ok(OK)
    });
    on_call!(linker, proxy_get_property, |guest, path, path_size, at, size_at| {
        let path = guest.read(path, path_size)?;
        let value = guest.proxy().property(&path);
        guest.give_if(value, at, size_at)
    });
    on_call!(linker, proxy_set_property, |guest, path, path_size, value, size| {
        let (path, value) = (guest.read(path, path_size)?, guest.read(value, size)?);
        let proxy = guest.proxy();
        if !proxy.habits.forgets {
            proxy.properties.insert(path, value);
        }
        Ok(OK)
    });
    on_call!(linker, proxy_get_shared_data, |guest, key, key_size, at, size_at, _cas_at| {
        let key = guest.read(key, key_size)?;
        let value = guest.proxy().shared.get(&key).cloned();
        guest.give_if(value, at, size_at)
    });
    on_call!(linker, proxy_set_shared_data, |guest, key, key_size, value, size, _cas| {
        let (key, value) = (guest.read(key, key_size)?, guest.read(value, size)?);
        guest.proxy().shared.insert(key, value);
        Ok(OK)
    });
    on_call!(linker, proxy_set_effective_context, |guest, _context| Ok(OK));
    on_call!(linker, proxy_done, |guest| Ok(NOT_FOUND));
    Ok(())
}

fn metrics(linker: &mut Linker<Proxy>) -> Result<()> {
    on_call!(linker, proxy_define_metric, |guest, _kind, _name, _size, at| {
        guest.proxy().metrics += 1;
        let metric = guest.proxy().metrics;
        guest.write_number(at, metric)?;
        Ok(OK)
    });
    on_call!(linker, proxy_increment_metric, |guest, _metric: u32, _by: i64| Ok(OK));
    on_call!(linker, proxy_record_metric, |guest, _metric: u32, _value: u64| Ok(OK));
    on_call!(linker, proxy_set_tick_period_milliseconds, |guest, _period| Ok(OK));
    on_call!(linker, proxy_log, |guest, _level, message, size| {
        let message = guest.read(message, size)?;
        guest.proxy().log.push(String::from_utf8_lossy(&message).into_owned());
        Ok(OK)
    });
    Ok(())
}

/// What a module needs beside the ABI. This randomness is the same each time, or no two counts would agree.
fn system(linker: &mut Linker<Proxy>) -> Result<()> {
    const WASI: &str = "wasi_snapshot_preview1";
    linker.func_wrap(WASI, "random_get", |caller: Caller<'_, Proxy>, at: u32, size: u32| -> Result<i32> {
        let bytes: Vec<u8> = (0..size).map(|n| (n * 37 + 11) as u8).collect();
        Guest(caller).write(at, &bytes)?;
        Ok(OK)
    })?;
    Ok(())
}

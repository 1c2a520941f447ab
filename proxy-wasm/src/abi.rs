//! The ABI itself: raw imports, checked. All unsafe code of the project is in this file.
//!
//! The `proxy-wasm` crate has functions for most of these calls, but they take text where a client chooses the bytes, and
//! panic on bytes that are not UTF-8 and on every status that they do not expect. A panic takes the worker's virtual
//! machine down and all its traffic with it. So these declarations pass bytes, read the status as the plain number that it
//! is in the ABI, and leave what to do about it to the caller.
#![allow(unsafe_code)]

use std::ptr;
use std::time::Duration;

use httproute_sdk::HeaderLines;
use proxy_wasm::hostcalls;
use proxy_wasm::types::{BufferType, MapType, MetricType, StreamType};

use crate::host::{Call, Failed, Host, LocalReply};
use crate::pairs;

#[link(wasm_import_module = "env")]
unsafe extern "C" {
    fn proxy_log(level: u32, message: *const u8, size: usize) -> u32;
    fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
    fn proxy_get_buffer_bytes(
        buffer: u32,
        start: usize,
        max_size: usize,
        returned: *mut *mut u8,
        returned_size: *mut usize,
    ) -> u32;
    fn proxy_get_header_map_pairs(map: u32, returned: *mut *mut u8, returned_size: *mut usize) -> u32;
    fn proxy_get_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        returned: *mut *mut u8,
        returned_size: *mut usize,
    ) -> u32;
    fn proxy_replace_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_add_header_map_value(
        map: u32,
        name: *const u8,
        name_size: usize,
        value: *const u8,
        value_size: usize,
    ) -> u32;
    fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
    fn proxy_send_local_response(
        status: u32,
        details: *const u8,
        details_size: usize,
        body: *const u8,
        body_size: usize,
        headers: *const u8,
        headers_size: usize,
        grpc_status: i32,
    ) -> u32;
    fn proxy_close_stream(stream: u32) -> u32;
    fn proxy_get_property(
        path: *const u8,
        path_size: usize,
        returned: *mut *mut u8,
        returned_size: *mut usize,
    ) -> u32;
    fn proxy_set_property(path: *const u8, path_size: usize, value: *const u8, value_size: usize) -> u32;
    fn proxy_get_shared_data(
        key: *const u8,
        key_size: usize,
        returned: *mut *mut u8,
        returned_size: *mut usize,
        returned_cas: *mut u32,
    ) -> u32;
    fn proxy_set_shared_data(
        key: *const u8,
        key_size: usize,
        value: *const u8,
        value_size: usize,
        cas: u32,
    ) -> u32;
    fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, returned: *mut u32) -> u32;
    fn proxy_increment_metric(metric: u32, by: i64) -> u32;
    fn proxy_record_metric(metric: u32, value: u64) -> u32;
    fn proxy_set_effective_context(context: u32) -> u32;
    fn proxy_done() -> u32;
}

// The one thing that is no part of the ABI and that proxies have for modules all the same, as WASI names it.
#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    fn random_get(buffer: *mut u8, size: usize) -> u32;
}

unsafe extern "C" {
    /// The module's own entry point, which the `proxy-wasm` crate defines.
    fn proxy_on_queue_ready(root: u32, queue: u32);
}

/// "No gRPC status": the proxy derives one from the HTTP status where the client speaks gRPC.
const NO_GRPC_STATUS: i32 = -1;

/// The proxy that this module runs in.
#[derive(Clone, Copy, Debug, Default)]
pub struct AbiHost;

fn check(status: u32) -> Result<(), Failed> {
    if status == 0 { Ok(()) } else { Err(Failed(status)) }
}

/// Takes what a host call returns over from the host.
///
/// SAFETY: `call` must return 0 only where it left both pointers alone, or stored in them what
/// `malloc` of this module returned for exactly that size, filled, and given to nobody else. The ABI
/// says so of every call that returns a buffer.
unsafe fn take(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Result<Vec<u8>, Failed> {
    let (mut data, mut size) = (ptr::null_mut(), 0);
    check(call(&mut data, &mut size))?;
    if data.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: `malloc` made this a boxed slice of `size` bytes, which is a vector of that capacity.
    Ok(unsafe { Vec::from_raw_parts(data, size, size) })
}

impl Host for AbiHost {
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, Failed> {
        // SAFETY: the call returns a buffer as the ABI says.
        unsafe { take(|data, size| proxy_get_header_map_pairs(map as u32, data, size)) }
    }

    fn header(&self, map: MapType, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        // SAFETY: the name is a valid slice, and the call returns a buffer as the ABI says.
        optional(unsafe {
            take(|data, size| proxy_get_header_map_value(map as u32, name.as_ptr(), name.len(), data, size))
        })
    }

    fn set_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        let (map, size) = (map as u32, value.len());
        // SAFETY: name and value are valid slices, which the host copies.
        check(unsafe { proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), size) })
    }

    fn add_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        let (map, size) = (map as u32, value.len());
        // SAFETY: name and value are valid slices, which the host copies.
        check(unsafe { proxy_add_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), size) })
    }

    fn remove_header(&self, map: MapType, name: &str) -> Result<(), Failed> {
        // SAFETY: the name is a valid slice.
        check(unsafe { proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) })
    }

    fn buffer(&self, buffer: BufferType, size: usize) -> Result<Vec<u8>, Failed> {
        // SAFETY: the call returns a buffer as the ABI says.
        unsafe { take(|data, returned| proxy_get_buffer_bytes(buffer as u32, 0, size, data, returned)) }
    }

    fn reply(&self, reply: &LocalReply<'_>) -> Result<(), Failed> {
        let headers = pairs::serialize(as_slices(&reply.headers));
        // SAFETY: details, body and headers are valid slices, which the host copies.
        check(unsafe {
            proxy_send_local_response(
                u32::from(reply.status),
                reply.details.as_ptr(),
                reply.details.len(),
                reply.body.as_ptr(),
                reply.body.len(),
                headers.as_ptr(),
                headers.len(),
                NO_GRPC_STATUS,
            )
        })
    }

    fn reset(&self) {
        // SAFETY: no pointers. A stream that cannot be closed is gone already, so the status says nothing.
        let _ = unsafe { proxy_close_stream(StreamType::HttpRequest as u32) };
    }

    fn property(&self, path: &[&str]) -> Result<Option<Vec<u8>>, Failed> {
        let path = path.join("\0");
        // SAFETY: the path is a valid slice, and the call returns a buffer as the ABI says.
        optional(unsafe { take(|data, size| proxy_get_property(path.as_ptr(), path.len(), data, size)) })
    }

    fn set_property(&self, name: &str, value: &[u8]) -> Result<(), Failed> {
        // SAFETY: name and value are valid slices, which the host copies.
        check(unsafe { proxy_set_property(name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
    }

    fn shared(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        let mut cas = 0;
        // SAFETY: the key is a valid slice, the host writes one number to a valid place, and returns a buffer as the ABI says.
        optional(unsafe {
            take(|data, size| proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &mut cas))
        })
    }

    fn share(&self, key: &[u8], value: &[u8]) -> Result<(), Failed> {
        // 0: whatever is there is replaced.
        // SAFETY: key and value are valid slices, which the host copies.
        check(unsafe { proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), 0) })
    }

    fn log(&self, level: log::Level, message: &str) {
        let level = match level {
            log::Level::Trace => 0,
            log::Level::Debug => 1,
            log::Level::Info => 2,
            log::Level::Warn => 3,
            log::Level::Error => 4,
        };
        // SAFETY: the message is a valid slice. There is nobody to tell that it could not be logged.
        let _ = unsafe { proxy_log(level, message.as_ptr(), message.len()) };
    }

    fn set_tick_period(&self, period: Duration) {
        let period = u32::try_from(period.as_millis()).unwrap_or(u32::MAX);
        // SAFETY: no pointers. Without ticks only the metrics stand still.
        let _ = unsafe { proxy_set_tick_period_milliseconds(period) };
    }

    fn define_metric(&self, kind: MetricType, name: &str) -> Result<u32, Failed> {
        let mut metric = 0;
        // SAFETY: the name is a valid slice, and the host writes one number to a valid place.
        check(unsafe { proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &mut metric) })?;
        Ok(metric)
    }

    fn increment_metric(&self, metric: u32, by: i64) -> Result<(), Failed> {
        // SAFETY: no pointers.
        check(unsafe { proxy_increment_metric(metric, by) })
    }

    fn record_metric(&self, metric: u32, value: u64) -> Result<(), Failed> {
        // SAFETY: no pointers.
        check(unsafe { proxy_record_metric(metric, value) })
    }

    fn random(&self) -> Result<u64, Failed> {
        let mut bytes = [0; 8];
        // SAFETY: the host writes so many bytes to a valid place.
        check(unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) })?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn set_context(&self, context: u32) -> Result<(), Failed> {
        // SAFETY: no pointers.
        check(unsafe { proxy_set_effective_context(context) })
    }

    fn wake_root(&self, root: u32) {
        // SAFETY: no pointers. The function is safe code of the `proxy-wasm` crate. In it only the dispatcher's map of root
        // contexts is borrowed, which no callback of a stream holds, and a root that it does not know is none of ours.
        unsafe { proxy_on_queue_ready(root, 0) };
    }

    fn done(&self) {
        // SAFETY: no pointers. A context that the proxy does not wait for is none of its own any more.
        let _ = unsafe { proxy_done() };
    }

    fn call(&self, call: &Call, timeout: Duration) -> Result<(), Failed> {
        // The crate's function, and not the raw import, because it tells the crate's dispatcher whose call this is; without
        // that the dispatcher panics when the answer comes.
        //
        // It panics on any status but these: 0, 2 (no such upstream, or `:method`, `:path` or `:authority` is missing) and
        // 10 (the proxy could not begin the call). Envoy returns no other but 6 for memory that is not the module's, which
        // these slices are. After a 10 no answer may come, for the dispatcher would not know it: Envoy 1.36.4, 1.37.0, 1.39.3
        // and 1.40.0 send none where the upstream has no host or its circuit breaker is open.
        let headers = as_text(&call.headers);
        let trailers = as_text(&call.trailers);
        let body = (!call.body.is_empty()).then_some(call.body.as_slice());
        match hostcalls::dispatch_http_call(&call.cluster, headers, body, trailers, timeout) {
            Ok(_token) => Ok(()),
            Err(status) => Err(Failed(status as u32)),
        }
    }
}

fn optional(result: Result<Vec<u8>, Failed>) -> Result<Option<Vec<u8>>, Failed> {
    match result {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Failed::NOT_FOUND) => Ok(None),
        Err(failed) => Err(failed),
    }
}

fn as_slices(lines: &HeaderLines) -> impl Iterator<Item = (&[u8], &[u8])> + Clone {
    lines.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
}

fn as_text(lines: &HeaderLines) -> Vec<(&str, &str)> {
    fn text(bytes: &[u8]) -> &str {
        // SAFETY: that a `str` is UTF-8 is a promise to the library, not to the compiler: breaking it is harmless where
        // nobody relies on it. These go to `dispatch_http_call` of proxy-wasm 0.2.5 and nowhere else, which asks for their
        // length and copies their bytes. A header value that is not UTF-8 is a client's right, and a copy of the request
        // must show it as it came.
        unsafe { str::from_utf8_unchecked(bytes) }
    }
    as_slices(lines).map(|(name, value)| (text(name), text(value))).collect()
}

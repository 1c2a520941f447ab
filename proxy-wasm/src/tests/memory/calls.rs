//! The calls that a module makes of the proxy in memory.

use std::cell::RefCell;
use std::time::Duration;

use httproute_sdk::{HeaderLines, HeaderOp};
use proxy_wasm::types::{BufferType, MapType, MetricType};

use super::super::Proxy;
use super::{MemoryHost, text};
use crate::host::{Call, Failed, Host, LocalReply};
use crate::pairs;

impl MemoryHost {
    fn note(&self, call: &str) {
        self.0.trace.borrow_mut().push(call.to_owned());
    }

    fn map(&self, map: MapType) -> &RefCell<HeaderLines> {
        match map {
            MapType::HttpRequestHeaders => &self.0.request,
            MapType::HttpRequestTrailers => &self.0.trailers,
            MapType::HttpResponseHeaders => &self.0.response,
            _ => &self.0.call_response,
        }
    }

    fn change(&self, map: MapType, op: HeaderOp) -> Result<(), Failed> {
        assert_eq!(self.0.context.get(), 2, "headers are changed in the stream's context");
        match self.0.changes_left.get() {
            Some(0) => return Err(Failed(10)),
            Some(n) => self.0.changes_left.set(Some(n - 1)),
            None => {}
        }
        op.apply(&mut self.map(map).borrow_mut());
        Ok(())
    }
}

impl Host for MemoryHost {
    fn header_map(&self, map: MapType) -> Result<Vec<u8>, Failed> {
        self.note("header_map");
        if let Some(malformed) = self.0.malformed.borrow().clone() {
            return Ok(malformed);
        }
        let lines = self.map(map).borrow();
        Ok(pairs::serialize(lines.iter().map(|(n, v)| (n.as_slice(), v.as_slice()))))
    }

    fn header(&self, map: MapType, name: &str) -> Result<Option<Vec<u8>>, Failed> {
        self.note("header");
        let lines = self.map(map).borrow();
        Ok(lines.iter().find(|(n, _)| n == name.as_bytes()).map(|(_, value)| value.clone()))
    }

    fn set_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("set {name}"));
        self.change(map, HeaderOp::Set { name: name.into(), value: value.into() })
    }

    fn add_header(&self, map: MapType, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("add {name}"));
        self.change(map, HeaderOp::Add { name: name.into(), value: value.into() })
    }

    fn remove_header(&self, map: MapType, name: &str) -> Result<(), Failed> {
        self.note(&format!("remove {name}"));
        self.change(map, HeaderOp::Remove { name: name.into() })
    }

    fn buffer(&self, buffer: BufferType, size: usize) -> Result<Vec<u8>, Failed> {
        self.note("buffer");
        let buffer = match buffer {
            BufferType::PluginConfiguration => &self.0.configuration,
            _ => &self.0.body,
        };
        let buffer = buffer.borrow();
        Ok(buffer[..size.min(buffer.len())].to_vec())
    }

    fn reply(&self, reply: &LocalReply<'_>) -> Result<(), Failed> {
        self.note("reply");
        if self.0.replies_fail.get() {
            return Err(Failed(10));
        }
        let body = String::from_utf8_lossy(reply.body).into_owned();
        let reply = (reply.status, text(&reply.headers), body, reply.details.to_owned());
        self.0.replies.borrow_mut().push(reply);
        Ok(())
    }

    fn reset(&self) {
        self.0.resets.set(self.0.resets.get() + 1);
    }

    fn property(&self, path: &[&str]) -> Result<Option<Vec<u8>>, Failed> {
        let path = path.join(".");
        self.note(&format!("property {path}"));
        Ok(self.kept(&path))
    }

    fn set_property(&self, name: &str, value: &[u8]) -> Result<(), Failed> {
        self.note(&format!("set_property {name}"));
        self.set_property_before(name, value);
        Ok(())
    }

    fn random(&self) -> Result<u64, Failed> {
        Ok(1)
    }

    fn shared(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Failed> {
        match self.0.shares.get() {
            true => Ok(self.0.shared.borrow().get(key).cloned()),
            // "Unimplemented".
            false => Err(Failed(12)),
        }
    }

    fn share(&self, key: &[u8], value: &[u8]) -> Result<(), Failed> {
        self.0.shared.borrow_mut().insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn log(&self, level: log::Level, message: &str) {
        self.note("log");
        self.0.log.borrow_mut().push((level, message.to_owned()));
    }

    fn set_tick_period(&self, period: Duration) {
        self.0.tick_period.set(period);
    }

    fn define_metric(&self, kind: MetricType, name: &str) -> Result<u32, Failed> {
        let mut metrics = self.0.metrics.borrow_mut();
        assert!(metrics.iter().all(|(n, _)| n != name), "{kind:?} {name} is defined twice");
        metrics.push((name.to_owned(), 0));
        Ok(metrics.len() as u32)
    }

    fn increment_metric(&self, metric: u32, by: i64) -> Result<(), Failed> {
        assert!(by > 0, "Envoy refuses to add nothing to a counter");
        self.0.metrics.borrow_mut()[metric as usize - 1].1 += by;
        Ok(())
    }

    fn record_metric(&self, metric: u32, value: u64) -> Result<(), Failed> {
        self.0.metrics.borrow_mut()[metric as usize - 1].1 = value as i64;
        Ok(())
    }

    fn set_context(&self, context: u32) -> Result<(), Failed> {
        self.0.context.set(context);
        Ok(())
    }

    fn wake_root(&self, _root: u32) {
        if let Some(woken) = &*self.0.woken.borrow() {
            woken();
        }
    }

    fn done(&self) {
        self.0.dones.set(self.0.dones.get() + 1);
    }

    fn call(&self, call: &Call, timeout: Duration) -> Result<(), Failed> {
        assert_eq!(self.0.context.get(), Proxy::ROOT, "calls are the root's");
        assert_eq!(timeout, Duration::from_secs(60));
        match &*call.cluster {
            cluster if cluster.contains("unknown") => Err(Failed::BAD_ARGUMENT),
            cluster if cluster.contains("no-host") => Err(Failed(10)),
            _ => {
                self.0.calls.borrow_mut().push(call.clone());
                Ok(())
            }
        }
    }
}

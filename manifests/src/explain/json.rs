//! An explanation for tools.

use httproute_sdk::extension::ObjectName;
use httproute_sdk::{HeaderOp, Timeouts};
use serde_json::{Map, Value, json};

use super::explanation::{
    Answer, BackendShare, Candidate, Destination, Explanation, FrontReport, Message, MirrorCopy,
    ServingListener,
};
use crate::Located;

impl Explanation {
    /// The explanation as one object. `httproute explain -o json` prints it, and the JavaScript package returns it.
    pub fn to_json(&self) -> Value {
        let mut explanation = json!({
            "listener": self.listener.as_ref().map(listener),
            "winner": self.winner().map(|winner| Value::Object(place(winner))),
            "candidates": self.candidates.iter().map(candidate).collect::<Vec<_>>(),
            "front": self.front.as_ref().map(front),
            "request": {
                "before": message(&self.before),
                "received": self.received.as_ref().map(message),
                "after": self.after.as_ref().map(message),
            },
            "reply": self.reply.as_ref().map(Answer::to_json),
            "backend": destination(&self.destination),
            "mirrors": self.mirrors.iter().map(mirror).collect::<Vec<_>>(),
            "response": self.response.iter().map(change_to_json).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(Located::to_json).collect::<Vec<_>>(),
        });
        if let Some(members) = explanation.as_object_mut().filter(|_| !self.extensions.is_empty()) {
            members.insert("extensions".into(), self.extensions.iter().map(extension).collect());
        }
        explanation
    }
}

fn listener(listener: &ServingListener) -> Value {
    let ServingListener { gateway, name, port, protocol, hostname } = listener;
    json!({ "gateway": gateway, "name": name, "port": port, "protocol": protocol, "hostname": hostname })
}

fn front(front: &FrontReport) -> Value {
    let FrontReport { proxy, steps, is_reset } = front;
    let steps: Vec<&str> = steps.iter().map(|step| step.words.as_str()).collect();
    json!({ "proxy": proxy.name(), "steps": steps, "reset": is_reset })
}

fn place(candidate: &Candidate) -> Map<String, Value> {
    let mut place = Map::new();
    place.insert("route".into(), json!(candidate.route));
    place.insert("rule".into(), json!(candidate.rule));
    place.insert("match".into(), json!(candidate.matched));
    if let Some(name) = &candidate.name {
        place.insert("name".into(), json!(name));
    }
    place
}

fn candidate(candidate: &Candidate) -> Value {
    let mut place = place(candidate);
    place.insert("condition".into(), json!(candidate.condition));
    place.insert("lost".into(), json!(candidate.lost));
    Value::Object(place)
}

fn message(message: &Message) -> Value {
    let Message { method, scheme, authority, path, headers } = message;
    let headers: Vec<Value> =
        headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    json!({ "method": method, "scheme": scheme, "authority": authority, "path": path, "headers": headers })
}

impl Answer {
    /// The answer as one object.
    pub fn to_json(&self) -> Value {
        let Answer { status, location, body, details } = self;
        json!({ "status": status, "location": location, "body": body, "details": details })
    }
}

fn destination(destination: &Destination) -> Value {
    let Destination { chosen, shares, timeouts: Timeouts { request, backend_request }, .. } = destination;
    let share = |share: &BackendShare| {
        let BackendShare { cluster, reference, weight } = share;
        json!({ "cluster": cluster, "reference": reference, "weight": weight })
    };
    json!({
        "chosen": chosen,
        "shares": shares.iter().map(share).collect::<Vec<_>>(),
        // In milliseconds; 0 is for ever.
        "timeouts": { "request": request, "backendRequest": backend_request },
    })
}

fn extension(object: &ObjectName) -> Value {
    let ObjectName { group, kind, namespace, name } = object;
    json!({
        "group": group, "kind": kind, "namespace": namespace, "name": name,
        "does": "decided by your module",
    })
}

fn mirror(mirror: &MirrorCopy) -> Value {
    json!({ "cluster": mirror.cluster, "request": message(&mirror.request) })
}

/// A change to a header as one object.
pub fn change_to_json(change: &HeaderOp) -> Value {
    let text = |value| String::from_utf8_lossy(value);
    match change {
        HeaderOp::Set { name, value } => json!({ "action": "set", "name": name, "value": text(value) }),
        HeaderOp::Add { name, value } => json!({ "action": "add", "name": name, "value": text(value) }),
        HeaderOp::Remove { name } => json!({ "action": "remove", "name": name }),
    }
}

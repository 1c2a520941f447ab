// Elements from data. Data becomes text and nothing else: no string is ever read as HTML.

/** An element with a class and children: elements, or what is shown as text. Nothing is made of null and undefined. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) {
    made.className = className;
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** What the page has under this id. */
export function byId(id) {
  return document.getElementById(id);
}

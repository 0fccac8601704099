"use strict";
(() => {
  const film = JSON.parse(document.getElementById("film").textContent);
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";

  /** An element with attributes and children; text is never read as markup. */
  const make = (create, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== false) create.setAttribute(name, value);
    }
    create.append(...children);
    return create;
  };
  const el = (name, attributes = {}, ...children) => make(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) => make(document.createElementNS(SVG, name), attributes, children);

  const total = film.steps.length;
  const threadName = (thread) => film.threads[thread] ?? "?";
  const objectName = (object) => film.objects[object]?.name ?? "?";
  const lasts = (span, step) => span.from <= step && (span.until === undefined || step < span.until);

  // ---- rows: what the position moves over ----

  const everyStep = film.steps.map((_, index) => ({ first: index + 1, last: index + 1 }));
  let rows = film.rows;
  /** Steps that have happened, 0..=total. */
  let step = total;

  const textOf = (row) => row.text ?? film.steps[row.first - 1].text;
  /** The index of the row that ends the first `step` steps; -1 before all. */
  const rowAt = (at) => (at <= 0 ? -1 : rows.findIndex((row) => at <= row.last));

  // ---- the diagram ----

  const LINE = 17, PAD = 12, CHAR = 7.3, GUTTER = 62, BAR = 8, DOT = 5;
  let drawn = null;

  /** Words in lines of at most `width` characters; a no-break space does not break. */
  const wrap = (text, width) => {
    const lines = [];
    for (const word of text.split(" ")) {
      const last = lines[lines.length - 1];
      if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines.flatMap((line) => line.match(new RegExp(`.{1,${Math.max(width, 4)}}`, "gu")) ?? [""]);
  };

  /** How many locks each thread holds at most at the same time, and which slot each hold takes. */
  const slots = () => {
    const taken = new Map();
    const depth = new Map();
    for (const hold of film.holds) {
      const open = (taken.get(hold.thread) ?? []).filter((other) => other.until === undefined || other.until > hold.from);
      let slot = 0;
      while (open.some((other) => other.slot === slot)) slot += 1;
      hold.slot = slot;
      taken.set(hold.thread, [...open, hold]);
      depth.set(hold.thread, Math.max(depth.get(hold.thread) ?? 0, slot + 1));
    }
    return depth;
  };
  const depth = slots();

  const lockHues = new Map();
  for (const hold of film.holds) if (!lockHues.has(hold.object)) lockHues.set(hold.object, lockHues.size % 5);

  /** The lanes, as wide as their texts ask for and the room allows. */
  const lanesFor = (room) => {
    const asks = new Map();
    const ask = (thread, text) => asks.set(thread, Math.max(asks.get(thread) ?? 0, text.length));
    for (const row of rows) if (!row.across) ask(film.steps[row.first - 1].thread, textOf(row));
    for (const end of film.ends) ask(end.thread, end.text.slice(0, 22));
    const lanes = [...asks.keys()].sort((a, b) => a - b).map((thread) => {
      const before = (depth.get(thread) ?? 0) * BAR + 12;
      const natural = before + 24 + Math.max(asks.get(thread), threadName(thread).length + 4) * CHAR;
      return { thread, before, natural, width: Math.max(natural, 110) };
    });
    let over = lanes.reduce((sum, lane) => sum + lane.width, GUTTER) - room;
    for (let round = 0; over > 1 && round < 40; round += 1) {
      const widest = Math.max(...lanes.map((lane) => lane.width));
      const wide = lanes.filter((lane) => lane.width > widest - 6 && lane.width > 150);
      if (wide.length === 0) break;
      const cut = Math.min(over / wide.length, 8);
      for (const lane of wide) lane.width -= cut;
      over -= cut * wide.length;
    }
    const spare = Math.max(0, -over) / Math.max(lanes.length, 1);
    let x = GUTTER;
    for (const lane of lanes) {
      lane.left = x;
      lane.x = x + lane.before;
      lane.width += Math.min(spare, 80);
      lane.characters = Math.floor((lane.width - lane.before - 20) / CHAR);
      x += lane.width;
    }
    return { lanes, width: Math.max(x, room) };
  };

  /** The text of a step: the name of its object in the object's colour, its place less prominent. */
  const coloured = (text, object) => {
    const place = /(?:^| )\S*:\d+$/u.exec(text);
    const rest = place ? text.slice(0, place.index) : text;
    const tail = place ? [svg("tspan", { class: "place" }, place[0])] : [];
    const name = object === undefined ? "" : objectName(object);
    const at = name === "" ? -1 : rest.indexOf(name);
    if (at < 0 || !lockHues.has(object)) return [rest, ...tail];
    return [rest.slice(0, at), svg("tspan", { class: `lock${lockHues.get(object)}` }, name), rest.slice(at + name.length), ...tail];
  };

  const draw = () => {
    const box = $("diagram");
    const room = Math.max(box.clientWidth - 2, 280);
    const { lanes, width } = lanesFor(room);
    const laneOf = new Map(lanes.map((lane) => [lane.thread, lane]));
    const placed = [];
    let y = 10;
    for (const row of rows) {
      const own = film.steps[row.first - 1];
      const lines = row.across ? wrap(textOf(row), Math.floor((width - GUTTER - 30) / CHAR)) : wrap(textOf(row), laneOf.get(own.thread).characters);
      const height = lines.length * LINE + PAD;
      placed.push({ row, lines, top: y, height, y: y + height / 2 });
      y += height;
    }
    const ends = film.ends.map((end) => ({ ...end, lane: laneOf.get(end.thread) })).filter((end) => end.lane);
    const endTop = y;
    for (const end of ends) end.lines = wrap(end.text, end.lane.characters);
    const endHeight = ends.length === 0 ? 0 : Math.max(...ends.map((end) => end.lines.length)) * LINE + PAD + 8;
    const cycle = ends.filter((end) => end.waits_for !== undefined && laneOf.has(end.waits_for));
    const height = endTop + endHeight + (cycle.length > 0 ? 18 + cycle.length * 12 : 0) + 6;
    /** Where a step is: the middle of its row. */
    const yOf = (at) => {
      if (at <= 0) return 0;
      const place = placed[rowAt(at)];
      return place ? place.y : endTop;
    };
    const untilY = (until) => (until === undefined ? (ends.length > 0 ? endTop + 10 : endTop) : yOf(until));

    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Space-time diagram of the execution" });
    const arrowhead = (id) => svg("marker", { id, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, svg("path", { d: "M0 0L8 4L0 8z" }));
    picture.append(svg("defs", {}, arrowhead("tip"), arrowhead("tip-now"), arrowhead("tip-bad")));

    /** Whether a span begins and ends within one row that stands for several steps. */
    const folded = (span) => span.until !== undefined && rows[rowAt(span.from)]?.across && rowAt(span.from) === rowAt(span.until);

    const backs = svg("g");
    const spans = svg("g");
    const arrows = svg("g");
    const texts = svg("g");
    picture.append(backs, spans, arrows, texts);
    const timed = [];
    const later = (node, from) => {
      timed.push({ node, from });
      return node;
    };

    for (const lane of lanes) {
      const life = film.lives.find((one) => one.thread === lane.thread) ?? { from: 0 };
      const top = life.from === 0 ? 0 : yOf(life.from);
      spans.append(later(svg("line", { class: "life", x1: lane.x, x2: lane.x, y1: top, y2: untilY(life.until) }), life.from));
    }
    for (const hold of film.holds) {
      const lane = laneOf.get(hold.thread);
      if (!lane || folded(hold)) continue;
      const top = yOf(hold.from);
      const bottom = Math.max(untilY(hold.until), top + 4);
      const x = lane.x - 9 - hold.slot * BAR;
      const title = `${threadName(hold.thread)} holds ${objectName(hold.object)}${hold.shared ? " (shared)" : ""}`;
      const bar = svg("rect", { class: `hold lock${lockHues.get(hold.object)}${hold.shared ? " shared" : ""}`, x: x - 2.5, y: top, width: 5, height: bottom - top, rx: 2.5 }, svg("title", {}, title));
      spans.append(later(bar, hold.from));
    }
    for (const wait of film.waits) {
      const lane = laneOf.get(wait.thread);
      if (!lane || folded(wait)) continue;
      const endless = wait.until === undefined && ends.some((end) => end.thread === wait.thread);
      const title = `${threadName(wait.thread)} waits${wait.object === undefined ? "" : ` for ${objectName(wait.object)}`}`;
      const line = svg("line", { class: endless ? "wait endless" : "wait", x1: lane.x, x2: lane.x, y1: yOf(wait.from), y2: Math.max(untilY(wait.until), yOf(wait.from) + 4) }, svg("title", {}, title));
      spans.append(later(line, wait.from));
    }
    const arrowsTo = new Map();
    for (const link of film.links) {
      const a = laneOf.get(film.steps[link.from - 1].thread);
      const b = laneOf.get(film.steps[link.to - 1].thread);
      const from = rowAt(link.from), to = rowAt(link.to);
      if (!a || !b || from === to || placed[from].row.across || placed[to].row.across) continue;
      const y1 = placed[from].y, y2 = placed[to].y, side = Math.sign(b.x - a.x);
      const drop = Math.min((y2 - y1) * 0.55, 26);
      const d = `M${a.x} ${y1 + DOT}C${a.x} ${y1 + drop + DOT} ${a.x + side * 8} ${y1 + drop} ${a.x + side * 26} ${y1 + drop + 2}` +
        `L${b.x - side * 26} ${y2 - 12}Q${b.x - side * 12} ${y2 - 8} ${b.x - side * (DOT + 2)} ${y2 - 4}`;
      const path = svg("path", { class: `link ${link.kind}`, d, "marker-end": "url(#tip)" }, svg("title", {}, { lock: "lock handed over", message: "message", wake: "wake-up", spawn: "spawn", join: "join", meet: "let go" }[link.kind]));
      arrowsTo.set(link.to, [...(arrowsTo.get(link.to) ?? []), path]);
      arrows.append(later(path, link.to));
    }

    for (const place of placed) {
      const { row, lines, top, height: tall, y: middle } = place;
      const own = film.steps[row.first - 1];
      place.back = svg("rect", { class: "back", x: 0, y: top, width, height: tall, rx: 5 });
      backs.append(place.back);
      const group = svg("g", { class: row.across ? "row across" : "row" });
      group.append(svg("text", { class: "number", x: 34, y: middle + 4, "text-anchor": "end" }, row.across ? "…" : String(row.first)));
      const say = (x, content) => lines.forEach((line, index) => {
        const at = middle + 4 + (index - (lines.length - 1) / 2) * LINE;
        group.append(svg("text", { x, y: at, class: "say" }, ...(content ? content(line) : [line])));
      });
      if (row.across) {
        say(GUTTER + 4);
      } else {
        const lane = laneOf.get(own.thread);
        if (own.switch) {
          const preempts = own.switch === "preemption";
          group.append(svg("text", { class: `sign ${own.switch}`, x: 41, y: middle + 4 }, preempts ? "⇄" : "→", svg("title", {}, preempts ? "preemption: the one before could go on" : "the one before waits, yielded or ended")));
        }
        const classes = ["dot", own.matters ? "matters" : "", own.bad ? "bad" : ""].join(" ");
        group.append(svg("circle", { class: classes, cx: lane.x, cy: middle, r: own.matters || own.bad ? DOT + 0.5 : DOT - 0.5 }));
        say(lane.x + 12, (line) => coloured(line, own.object));
        if (own.matters) group.classList.add("matters");
        if (own.bad) group.classList.add("bad");
      }
      const catcher = svg("rect", { class: "catch", x: 0, y: top, width, height: tall });
      catcher.addEventListener("click", () => go(row.last));
      group.append(catcher);
      place.group = group;
      texts.append(group);
    }

    const finale = svg("g", { class: "finale" });
    for (const end of ends) {
      finale.append(svg("text", { class: "cross", x: end.lane.x, y: endTop + 24, "text-anchor": "middle" }, "✗"));
      end.lines.forEach((line, index) => finale.append(svg("text", { class: "say bad", x: end.lane.x + 12, y: endTop + 23 + index * LINE }, line)));
    }
    /** Where arrows meet a lane: each at a place of its own, on the side it comes from. */
    const ports = new Map();
    const port = (lane, side) => {
      const key = `${lane.thread}/${side}`;
      ports.set(key, (ports.get(key) ?? -1) + 1);
      return lane.x + side * (4 + 11 * ports.get(key));
    };
    cycle.forEach((end, index) => {
      const holder = laneOf.get(end.waits_for);
      const low = endTop + endHeight + 8 + index * 12;
      const side = Math.sign(holder.x - end.lane.x) || 1;
      const start = endTop + endHeight - 4;
      const x1 = port(end.lane, side), x2 = holder === end.lane ? end.lane.x - 14 : port(holder, -side);
      const d = holder === end.lane
        ? `M${x1} ${start}V${low - 6}Q${x1} ${low} ${x1 - 6} ${low}H${x2 + 6}Q${x2} ${low} ${x2} ${low - 6}V${start + 2}`
        : `M${x1} ${start}V${low - 8}Q${x1} ${low} ${x1 + side * 8} ${low}H${x2 - side * 8}Q${x2} ${low} ${x2} ${low - 8}V${start + 2}`;
      finale.append(svg("path", { class: "cycle", d, "marker-end": "url(#tip-bad)" }, svg("title", {}, `${threadName(end.thread)} waits for ${threadName(end.waits_for)}`)));
    });
    texts.append(finale);

    // What is still to come shines through.
    const curtain = svg("rect", { class: "curtain", x: 0, y: 0, width, height });
    texts.append(curtain);

    const heads = el("div", { class: "heads", style: `width:${width}px`, "aria-hidden": "true" });
    const headOf = new Map();
    for (const lane of lanes) {
      const head = el("span", { style: `left:${lane.x - 12}px;max-width:${lane.width - lane.before}px` }, threadName(lane.thread));
      headOf.set(lane.thread, head);
      heads.append(head);
    }
    box.replaceChildren(heads, picture);
    drawn = { placed, timed, finale, curtain, headOf, arrows: arrowsTo, lit: [], height };
  };

  // ---- the source ----

  const KEYWORDS = /^(?:as|async|await|break|const|continue|crate|dyn|else|enum|extern|false|fn|for|if|impl|in|let|loop|match|mod|move|mut|pub|ref|return|self|Self|static|struct|super|trait|true|type|unsafe|use|where|while)$/u;
  const TOKEN = /(\/\/.*|\/\*.*?\*\/)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)')|(\b[A-Za-z_]\w*!?)|(\b\d\w*(?:\.\d\w*)?)/gu;

  const highlighted = (line) => {
    const parts = [];
    let at = 0;
    for (const match of line.matchAll(TOKEN)) {
      const [text, comment, literal, word, number] = match;
      const kind = comment ? "c" : literal ? "s" : number ? "n" : word && KEYWORDS.test(word) ? "k" : word && /^[A-Z]/u.test(word) ? "t" : "";
      if (kind === "") continue;
      parts.push(line.slice(at, match.index), el("span", { class: kind }, text));
      at = match.index + text.length;
    }
    parts.push(line.slice(at));
    return parts;
  };

  const lineOf = new Map();
  /** The lines that carry a thread's name now. */
  const marked = new Set();
  const quote = () => {
    const box = $("source");
    const used = film.files.map((_, file) => film.steps.some((one) => one?.file === file));
    $("source-name").textContent = film.files.length === 1 ? film.files[0].name : "source";
    film.files.forEach((file, index) => {
      if (!used[index] && film.files.length > 1) return;
      if (film.files.length > 1) box.append(el("h3", {}, file.name));
      const text = file.text.endsWith("\n") ? file.text.slice(0, -1) : file.text;
      text.split("\n").forEach((line, number) => {
        const badges = el("span", { class: "badges" });
        const node = el("div", { class: "line" }, el("span", { class: "at" }, String(number + 1)), badges, el("code", {}, ...highlighted(line)));
        lineOf.set(`${index}:${number + 1}`, { node, badges });
        box.append(node);
      });
    });
    if (film.files.length === 0) box.append(el("p", {}, "the source is not part of this film"));
  };

  /** Scrolls within a box, and never the page. */
  const reveal = (box, top, bottom, margin) => {
    if (top - margin < box.scrollTop) box.scrollTop = Math.max(0, top - margin);
    else if (bottom + margin > box.scrollTop + box.clientHeight) box.scrollTop = bottom + margin - box.clientHeight;
  };

  // ---- showing a position ----

  const isStuck = (thread) => step === total && film.ends.some((end) => end.thread === thread);
  const waitOf = (thread) => film.waits.find((wait) => wait.thread === thread && lasts(wait, step));

  const showSource = () => {
    for (const { node, badges } of marked) {
      badges.replaceChildren();
      node.className = "line";
      node.removeAttribute("aria-current");
    }
    marked.clear();
    const elsewhere = [];
    const latest = new Map();
    for (let index = 0; index < step; index += 1) {
      const one = film.steps[index];
      if (one?.line !== undefined || one?.elsewhere !== undefined) latest.set(one.thread, one);
    }
    const now = film.steps[step - 1] ?? undefined;
    for (const [thread, one] of [...latest].sort((a, b) => a[0] - b[0])) {
      const life = film.lives.find((other) => other.thread === thread);
      const ended = life?.until !== undefined && life.until <= step && now?.thread !== thread;
      const line = one.line === undefined ? undefined : lineOf.get(`${one.file}:${one.line}`);
      if (!line) {
        if (!ended) elsewhere.push(`${threadName(thread)} in ${one.elsewhere ?? "?"}`);
        continue;
      }
      const acts = now?.thread === thread;
      const state = isStuck(thread) ? "stuck" : waitOf(thread) ? "waiting" : acts ? "acting" : ended ? "ended" : "";
      marked.add(line);
      line.badges.append(el("span", { class: `badge ${state}`, title: ended ? `${threadName(thread)} has ended; its last line` : false }, threadName(thread)));
      line.node.classList.add("here");
      if (state !== "") line.node.classList.add(state);
      if (acts) line.node.setAttribute("aria-current", "step");
    }
    const last = film.steps.slice(0, step).findLast((one) => one !== null && lineOf.has(`${one.file}:${one.line}`));
    if (last) {
      const { node } = lineOf.get(`${last.file}:${last.line}`);
      reveal($("source"), node.offsetTop, node.offsetTop + node.offsetHeight, 60);
    }
    $("elsewhere").textContent = elsewhere.join(" · ");
  };

  const kinds = new Set([...film.holds, ...film.waits, ...film.changes].map((span) => span.object));
  const stateful = film.objects.map((_, object) => object).filter((object) => kinds.has(object));
  const matters = new Set(film.steps.filter((one) => one?.matters).map((one) => one.object));
  stateful.sort((a, b) => Number(matters.has(b)) - Number(matters.has(a)) || a - b);

  const showState = () => {
    $("state-when").textContent = step === 0 ? "before the first step" : `after step ${step}`;
    const body = $("state");
    body.replaceChildren(...stateful.map((object) => {
      const change = film.changes.findLast((one) => one.object === object && one.from <= step);
      const before = film.changes.findLast((one) => one.object === object && one.from < step);
      const holders = film.holds.filter((hold) => hold.object === object && lasts(hold, step));
      const waiters = film.waits.filter((wait) => wait.object === object && lasts(wait, step));
      const hue = lockHues.has(object) ? `lock${lockHues.get(object)}` : "";
      const name = el("th", { scope: "row" }, el("span", { class: `swatch ${hue}`, "aria-hidden": "true" }), el("span", { class: hue }, objectName(object)), el("small", {}, film.objects[object].kind));
      const changed = change && change.from === step && (before === undefined || before.value !== change.value);
      return el("tr", {}, name,
        el("td", { class: changed ? "changed" : "" }, change?.value ?? "·"),
        el("td", {}, holders.map((hold) => threadName(hold.thread) + (hold.shared ? " (shared)" : "")).join(", ") || "·"),
        el("td", { class: waiters.length > 0 ? "waiters" : "" }, waiters.map((wait) => threadName(wait.thread)).join(", ") || "·"));
    }));
    if (stateful.length === 0) body.append(el("tr", {}, el("td", { colspan: "4" }, "nothing is shared here")));
  };

  const sentence = () => {
    if (step === 0) return "before the first step";
    const row = rows[rowAt(step)];
    const one = film.steps[row.first - 1];
    const parts = row.across ? [textOf(row)] : [`${threadName(one.thread)}: ${textOf(row)}`];
    if (!row.across && one.preempts !== undefined) parts.push(`${threadName(one.preempts)} is preempted`);
    if (step === total) parts.push(...film.ends.map((end) => `${threadName(end.thread)} ${end.text}`));
    return parts.join("; ");
  };

  const show = () => {
    const current = rowAt(step);
    drawn.placed.forEach((place, index) => {
      place.group.classList.toggle("now", index === current);
      place.back.classList.toggle("now", index === current);
    });
    for (const { node, from } of drawn.timed) node.classList.toggle("future", from > step);
    // Only what changes is touched: a key must be answered at once in a film of hundreds of steps.
    for (const arrow of drawn.lit) {
      arrow.classList.remove("now");
      arrow.setAttribute("marker-end", "url(#tip)");
    }
    drawn.lit = drawn.arrows.get(step) ?? [];
    for (const arrow of drawn.lit) {
      arrow.classList.add("now");
      arrow.setAttribute("marker-end", "url(#tip-now)");
    }
    drawn.finale.classList.toggle("future", step < total);
    const shown = drawn.placed[current];
    drawn.curtain.setAttribute("y", shown ? shown.top + shown.height : 0);
    drawn.curtain.classList.toggle("open", step === total);
    const acting = current >= 0 && !rows[current].across ? film.steps[rows[current].first - 1].thread : undefined;
    for (const [thread, head] of drawn.headOf) {
      head.className = [thread === acting ? "acting" : "", isStuck(thread) ? "stuck" : waitOf(thread) ? "waiting" : ""].join(" ");
    }
    const place = drawn.placed[Math.max(current, 0)];
    if (place) reveal($("diagram"), place.top, step === total ? drawn.height + 40 : place.top + place.height, 70);
    showSource();
    showState();
    const text = sentence();
    $("now").textContent = `${step === 0 ? "" : `step ${step}: `}${text}`;
    $("count").textContent = `${step} / ${total}`;
    const scrub = $("scrub");
    scrub.max = rows.length;
    scrub.value = current + 1;
    scrub.setAttribute("aria-valuetext", `step ${step} of ${total}: ${text}`);
    $("first").disabled = $("back").disabled = step === 0;
    $("last").disabled = $("forward").disabled = step === total;
    document.documentElement.dataset.step = step;
  };

  // ---- moving ----

  let addressing = 0;
  /** Makes the address name the step. Browsers ignore who changes it at every press of a key that is held down. */
  const address = () => {
    if (addressing) return;
    addressing = setTimeout(() => {
      addressing = 0;
      try {
        history.replaceState(null, "", `#step=${step}`);
      } catch {
        // Some browsers forbid it for files on disk; the film works without.
      }
    }, 200);
  };
  const go = (to, remember = true) => {
    step = Math.min(Math.max(to, 0), total);
    show();
    if (remember) address();
  };
  const move = (by) => {
    const to = rowAt(step) + by;
    go(to < 0 ? 0 : rows[Math.min(to, rows.length - 1)].last);
  };
  const isSwitch = (row) => !row.across && film.steps[row.first - 1].switch !== undefined;
  const nextSwitch = (by) => {
    let at = rowAt(step) + by;
    while (at >= 0 && at < rows.length && !isSwitch(rows[at])) at += by;
    go(at < 0 ? 0 : at >= rows.length ? total : rows[at].last);
  };

  let timer = null;
  const pause = () => {
    clearInterval(timer);
    timer = null;
    $("play").querySelector("span").textContent = "play";
    document.documentElement.classList.remove("playing");
    $("play").setAttribute("aria-label", "Play");
  };
  const tick = () => {
    move(1);
    if (step === total) pause();
  };
  const play = () => {
    if (timer !== null) return pause();
    if (step === total) go(0);
    $("play").querySelector("span").textContent = "pause";
    document.documentElement.classList.add("playing");
    $("play").setAttribute("aria-label", "Pause");
    timer = setInterval(tick, Number($("speed").value));
  };
  const still = (action) => (event) => {
    if (timer !== null) pause();
    action(event);
  };

  const toBeginning = still(() => go(0));
  const toEnd = still(() => go(total));
  const back = still(() => move(-1));
  const forward = still(() => move(1));
  $("first").addEventListener("click", toBeginning);
  $("last").addEventListener("click", toEnd);
  $("back").addEventListener("click", back);
  $("forward").addEventListener("click", forward);
  $("switch").addEventListener("click", still(() => nextSwitch(1)));
  $("play").addEventListener("click", play);
  $("scrub").addEventListener("input", still(() => go(Number($("scrub").value) === 0 ? 0 : rows[Number($("scrub").value) - 1].last)));
  $("speed").addEventListener("change", () => {
    if (timer === null) return;
    clearInterval(timer);
    timer = setInterval(tick, Number($("speed").value));
  });
  $("unfold").addEventListener("change", () => {
    fold(!$("unfold").checked);
    go(step === 0 ? 0 : rows[rowAt(step)].last);
  });

  const KEYS = {
    ArrowLeft: back,
    ArrowRight: forward,
    Home: toBeginning,
    End: toEnd,
    " ": play,
    n: still(() => nextSwitch(1)),
    p: still(() => nextSwitch(-1)),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = KEYS[key];
    const on = event.target instanceof Element ? event.target : document.body;
    if (!action || on.closest("select")) return;
    // These are pressed with the space bar themselves.
    if (key === " " && on.closest("button, a, input[type=checkbox]")) return;
    event.preventDefault();
    action();
  });

  const fold = (folded) => {
    rows = folded ? film.rows : everyStep;
    $("unfold").checked = !folded;
    draw();
  };
  /** The step that the address names; what hides it is unfolded. */
  const asked = (url = location.href) => {
    const match = /#step=(\d+)$/u.exec(url);
    if (!match) return undefined;
    const to = Math.min(Number(match[1]), total);
    const row = rows[rowAt(to)];
    if (film.whole && row?.across && to < row.last) fold(false);
    return to;
  };
  addEventListener("hashchange", still((event) => {
    const to = asked(event.newURL);
    if (to !== undefined) go(to, false);
  }));
  let width = 0;
  new ResizeObserver(() => {
    if ($("diagram").clientWidth === width) return;
    width = $("diagram").clientWidth;
    draw();
    show();
  }).observe($("diagram"));

  $("unfold-label").hidden = !film.whole || film.rows.length === total;
  document.documentElement.classList.add("live");
  quote();
  width = $("diagram").clientWidth;
  draw();
  go(asked() ?? total, false);
})();

import { button, make } from "./dom.js";

const ANY = "any";

const languages = new Intl.DisplayNames(["en"], { type: "language" });

/** Returns the English name of a language's code; what is no code stays as it is. */
function languageName(code) {
  try {
    return languages.of(code) ?? code;
  } catch {
    return code;
  }
}

const labelled = (name, control) => make("label", {}, name, control);

function render({ model, el }) {
  el.classList.add("voicekit-filter", "voicekit-plain");
  const placeholder = "name, language, tag, id …";
  const words = make("input", { type: "search", placeholder, spellcheck: false });
  const sorts = model.get("sorts").map((name) => new Option(name, name));
  const sort = make("select", {}, new Option("best match", ""), ...sorts);
  const favourites = button("★ Favourites");
  const shared = button("Search shared voices", {
    title: "Ask the vendors for voices that their users share",
  });
  const reload = button("Reload", { title: "Ask the vendors for their voices once more" });
  const clear = button("Clear");
  const line = make("div", { className: "voicekit-facets" });
  const selects = new Map();
  el.append(
    make("div", { className: "voicekit-search" },
      labelled("Search", words), labelled("Sort", sort)),
    line,
    make("div", { className: "voicekit-filter-actions" },
      favourites, shared, reload, clear),
  );

  function ask(change) {
    model.set("search", { ...model.get("search"), ...change });
    model.save_changes();
  }

  function selectOf(name) {
    if (!selects.has(name)) {
      const select = make("select");
      select.addEventListener("change", () =>
        ask({ facets: { ...model.get("search").facets, [name]: select.value } }),
      );
      const title = name[0].toUpperCase() + name.slice(1);
      const label = labelled(title, select);
      selects.set(name, { select, label });
    }
    return selects.get(name);
  }

  function showFacets() {
    const facets = Object.entries(model.get("facets"));
    const labels = facets.map(([name, values]) => {
      const { select, label } = selectOf(name);
      const chosen = model.get("search").facets?.[name] ?? "";
      const shown = name === "language" ? languageName : (value) => value;
      const options = values.map(
        ([value, count]) =>
          new Option(`${shown(value)} (${count.toLocaleString("en")})`, value),
      );
      options.sort((a, b) => a.text.localeCompare(b.text));
      select.replaceChildren(new Option(ANY, ""), ...options);
      select.value = chosen;
      select.classList.toggle("voicekit-narrowed", chosen !== "");
      return label;
    });
    // To put an element where it already is would take its focus away.
    if (labels.some((label, at) => line.children[at] !== label)
        || line.children.length !== labels.length) {
      line.replaceChildren(...labels);
    }
  }

  function showSearch() {
    const search = model.get("search");
    if (document.activeElement !== words) words.value = search.words ?? "";
    sort.value = search.sort ?? "";
    favourites.setAttribute("aria-pressed", String(search.favourites ?? false));
    for (const [name, { select }] of selects) {
      select.value = search.facets?.[name] ?? "";
    }
    const narrowed = search.words || search.favourites
      || Object.values(search.facets ?? {}).some(Boolean);
    clear.setAttribute("aria-disabled", String(!narrowed));
  }

  words.addEventListener("input", () => ask({ words: words.value }));
  words.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    // On to the voices, where Enter chooses: they stand in the same panel.
    el.closest(".voicekit")?.querySelector(".voicekit-listed")?.focus();
    event.preventDefault();
  });
  sort.addEventListener("change", () => ask({ sort: sort.value }));
  favourites.addEventListener("click", () =>
    ask({ favourites: !model.get("search").favourites }),
  );
  clear.addEventListener("click", () => {
    words.value = "";
    ask({ words: "", facets: {}, favourites: false });
  });
  shared.addEventListener("click", () => model.send({ kind: "shared" }));
  reload.addEventListener("click", () => model.send({ kind: "reload" }));
  model.on("change:facets", showFacets);
  model.on("change:search", showSearch);
  showFacets();
  showSearch();
  return () => {
    model.off("change:facets", showFacets);
    model.off("change:search", showSearch);
  };
}

export default { render };

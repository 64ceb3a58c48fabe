// What a service is told first, by the data of the element that loads this.
{
  const { kind, identifier, server } = document.currentScript.dataset;
  const tell = (name, ...calls) => (window[name] ||= []).push(...calls);
  const google = function () {
    tell("dataLayer", arguments); // the library knows its calls by this kind of object
  };
  const BEGIN = {
    matomo: () =>
      tell("_paq", ["setTrackerUrl", `${server}matomo.php`], ["setSiteId", identifier], ["trackPageView"], ["enableLinkTracking"]),
    "google-analytics": () => {
      google("js", new Date());
      google("config", identifier);
    },
    "google-tag-manager": () => tell("dataLayer", { "gtm.start": Date.now(), event: "gtm.js" }),
    "piano-analytics": () => {
      if (!window.pa) return; // its script comes first, and may have been blocked
      pa.setConfigurations({ site: Number(identifier), collectDomain: server.replace(/\/$/, "") });
      pa.sendEvent("page.display");
    },
    hotjar: () => {
      window.hj ||= function () {
        (hj.q ||= []).push(arguments);
      };
      window._hjSettings = { hjid: Number(identifier), hjsv: 6 };
    },
  };
  BEGIN[kind]();
}

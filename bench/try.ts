import { mmcLoop } from './mmc-loop.js';
import { simulate } from '../src/simulation/simulate.js';
import { createDistribution } from '../src/kernel/distribution/registry.js';
import { createArrivals } from '../src/kernel/arrival/registry.js';
import { POLICIES } from '../src/policies/registry.js';
const find=(p:string,n:string)=>POLICIES.find(x=>x.point===p&&x.name===n)!;
const choice=(p:string,n:string)=>({definition:find(p,n),parameters:find(p,n).parameters.parse({}) as any,at:null});
const N=Number(process.argv[2]??2e6);
const spec:any={name:'mm8',horizon:{durationS:Infinity,tasks:N,drainS:Infinity,warmup:{method:'fixed',lengthS:0}},
 pools:[{name:'p',mode:'slots',nodes:1,gpusPerNode:8,slotsPerGpu:1,speed:1,priceUsdPerGpuHour:1,spansNodes:false}],services:[],
 stages:[{name:'s',resource:{kind:'pool',index:0},queueCapacity:Infinity,whenFull:'refuse'}],tenantNames:['t'],
 workloads:[{name:'w',arrival:{kind:'open',create:(st:any)=>createArrivals({process:'poisson',rate:7.2} as any,st,'w')},tenants:[{tenant:0,cumulative:1}],users:1,priority:0,valueUsd:0,deadlineS:Infinity,patience:null,timeout:null,promptTokens:null,outputTokens:null,
 steps:[{name:'x',stage:0,work:{kind:'distribution',distribution:createDistribution({dist:'exponential',mean:1} as any)},units:1,errorFraction:0,branches:[{to:-1,cumulative:1}]}]}],disturbances:[]};
const set:any={admission:[],wip:[],concurrency:[],ordering:[choice('ordering','fifo')],placement:[choice('placement','first-fit')],preemption:[],backpressure:[],retry:[]};
for(let i=0;i<4;i++){
 let t=performance.now(); const b=mmcLoop(N,7.2,1,8,i+1); const tb=performance.now()-t;
 t=performance.now(); const r=simulate(spec,set,'s'+i,{warmupS:0}); const ts=performance.now()-t;
 console.log((b.events/tb/1e3).toFixed(2),'M ev/s base', b.meanWaitS.toFixed(3),'|',(2*N/ts/1e3).toFixed(2),'M ev/s', r.measures.workloads.w.phases.queue_s!.mean.toFixed(3),'ratio',(tb/ts).toFixed(3), 'little',r.checks.littlesLawMaxError);
}
